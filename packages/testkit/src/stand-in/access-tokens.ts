import { decodeJwt, decodeProtectedHeader } from 'jose';
import type Provider from 'oidc-provider';
import type { AccessToken } from 'oidc-provider';
import type { Account } from '../accounts.ts';
import { accounts as defaultAccounts } from '../accounts.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { noResource } from './authorization-server.ts';
import { type IssueOptions, nativeClient, type StandInOptions } from './options.ts';
import { compactJws, type SigningKey, signatureOf } from './signing.ts';

export type AccessTokens = {
  issue: (options?: IssueOptions) => Promise<string>;
  revoke: (token: string) => Promise<void>;
  /** Whose token, by a lookup: undefined for an unknown, expired or revoked one. */
  find: (token: string) => Promise<{ account: Account | undefined; scope: string | undefined } | undefined>;
  /** What oidc-provider has stored for a token: for a JWT that the IdP is to know, its opaque twin. */
  stored: (token: string) => string;
  /** Replaces the token that oidc-provider is about to answer with. */
  dress: (token: string, model: AccessToken) => Promise<string>;
  /** The same for the ID token beside it. */
  dressIdToken: (token: string, accountId: string) => string;
};

const isJwt = (token: string): boolean => {
  try {
    return Boolean(decodeProtectedHeader(token));
  } catch {
    return false;
  }
};

export const createAccessTokens = (
  provider: () => Provider,
  key: () => SigningKey,
  options: StandInOptions,
): AccessTokens => {
  const known = options.accounts ?? defaultAccounts;
  /** oidc-provider stores no JWT it issues; a stored opaque token of the same grant speaks for each. */
  const twins = new Map<string, string>();

  const stored = (token: string) => (options.jwtsHonoured ? (twins.get(token) ?? token) : token);

  const reshaped = (jwt: string, accountId: string): string => {
    const { accessTokenClaims, accessTokenHeader, audience } = options;
    const ignored = options.resource === 'ignored';
    if (!accessTokenClaims && !accessTokenHeader && !ignored) return jwt;
    const bound: JsonObject = { ...decodeJwt(jwt), ...(ignored ? { aud: audience } : {}) };
    const { alg, privateKey } = key();
    const header = { ...decodeProtectedHeader(jwt), ...accessTokenHeader };
    return compactJws(header, accessTokenClaims?.(bound, accountId) ?? bound, (input) =>
      signatureOf(input, privateKey, alg),
    );
  };

  const dress = async (token: string, model: AccessToken): Promise<string> => {
    if (!isJwt(token) || !model.client) return token;
    const jwt = reshaped(token, model.accountId);
    const { AccessToken } = provider();
    const { accountId, client, grantId, gty, scope } = model;
    const twin = new AccessToken({ accountId, client, grantId, gty, scope, expiresIn: model.expiration });
    twins.set(jwt, await twin.save());
    return jwt;
  };

  const dressIdToken = (token: string, accountId: string): string => {
    const { alg, privateKey } = key();
    const shaped = options.idTokenClaims?.(decodeJwt(token), accountId);
    return shaped
      ? compactJws({ ...decodeProtectedHeader(token) }, shaped, (input) =>
          signatureOf(input, privateKey, alg),
        )
      : token;
  };

  const issue = async ({ user, resource, scope, clientId, lifetime }: IssueOptions = {}): Promise<string> => {
    const { AccessToken, Client, Grant, ResourceServer } = provider();
    const client = await Client.find(clientId ?? nativeClient.client_id);
    if (!client) throw new Error(`The stand-in has no client ${clientId}.`);
    const accountId = (user ?? known[0])?.sub;
    if (!accountId) throw new Error('The stand-in has no account.');
    const scopes = scope ?? 'openid profile email';
    const bound = options.resource !== 'ignored' ? resource : options.accessTokens !== 'opaque' && noResource;

    const grant = new Grant({ accountId, clientId: client.clientId });
    grant.addOIDCScope(scopes);
    if (bound) grant.addResourceScope(bound, scopes);
    const grantId = await grant.save();
    const token = new AccessToken({
      accountId,
      client,
      grantId,
      gty: 'authorization_code',
      scope: scopes,
      ...(lifetime === undefined ? {} : { expiresIn: lifetime }),
      ...(bound
        ? {
            resourceServer: new ResourceServer(bound, {
              scope: scopes,
              accessTokenFormat: options.accessTokens ?? 'jwt',
              jwt: { sign: { alg: key().alg } },
            }),
          }
        : {}),
    });
    return dress(await token.save(), token);
  };

  return {
    issue,
    dress,
    dressIdToken,
    stored,
    revoke: async (token) => {
      const value = twins.get(token) ?? token;
      const { AccessToken } = provider();
      await (await AccessToken.find(value))?.destroy();
    },
    find: async (token) => {
      const { AccessToken } = provider();
      const model = await AccessToken.find(stored(token));
      if (!model?.isValid) return undefined;
      return { account: known.find(({ sub }) => sub === model.accountId), scope: model.scope };
    },
  };
};

/** Has oidc-provider's token endpoint answer with the dressed tokens. */
export const dressAnswers = (provider: Provider, accessTokens: AccessTokens): void => {
  provider.use(async (context, next) => {
    await next();
    const model = context.oidc?.entities?.AccessToken;
    const body: unknown = context.body;
    if (context.oidc?.route !== 'token' || !model || !isJsonObject(body)) return;
    if (typeof body.access_token === 'string')
      body.access_token = await accessTokens.dress(body.access_token, model);
    if (typeof body.id_token === 'string')
      body.id_token = accessTokens.dressIdToken(body.id_token, model.accountId);
  });
};
