import {
  type ClientDocuments,
  isPublicHttpsRedirect,
  type RegistrationRules,
  sharedConfiguration,
} from '@mcp-whoami/authorization-server';
import type { JsonObject } from '@mcp-whoami/provider';
import {
  type AdapterFactory,
  type Configuration,
  interactionPolicy,
  type KoaContextWithOIDC,
} from 'oidc-provider';
import { type Access, GRANT_LIFETIME_SECONDS, type Grants } from '../grants/grants.ts';
import { type BridgeKeys, SIGNING_ALG } from '../keys.ts';
import { routes, signInPath } from '../paths.ts';
import { TemporarilyUnavailableError } from '../unavailable.ts';
import { clientAssertionAlgs } from './metadata.ts';

/** Seconds: until a refresh token that is not used ends, a code, and the page of consent. */
const REFRESH_LIFETIME = 30 * 86_400;
const CODE_LIFETIME = 60;
const INTERACTION_LIFETIME = 3_600;

/** Which claims a scope gives (OpenID Connect Core §5.4). */
const claimsByScope = {
  openid: ['sub'],
  profile: ['name', 'preferred_username', 'picture', 'profile'],
  email: ['email', 'email_verified'],
};

const registrationRules: RegistrationRules = {
  acceptsHttps: isPublicHttpsRedirect,
  expectedRedirect:
    'an https URL of a public host, a loopback URL (http://127.0.0.1/callback, any port) or a private-use scheme that is a reversed domain name (com.example.app:/callback)',
  keepsClientKeys: true,
};

export interface ServerOptions {
  /** The URL of the server, without a slash at the end. */
  publicUrl: string;
  resources: readonly string[];
  scopes: readonly string[];
  /** How Client ID Metadata Documents are fetched; nothing where there are none. */
  clientDocuments: ClientDocuments | undefined;
  /** Seconds. */
  accessTokenLifetime: number;
  keys: BridgeKeys;
  adapter: AdapterFactory;
  grants: Pick<Grants, 'find'>;
  /** The mark of the browser that a request comes from; nothing where it has none. */
  browserOf(ctx: Pick<KoaContextWithOIDC, 'cookies'>): string | undefined;
  /** Asks the IdP again, before a refresh. */
  recheck(grantId: string): Promise<Access | undefined>;
}

/** All scopes that exist, with those that a server has of its own. */
export function supportedScopes(own: readonly string[]): string[] {
  return [...new Set([...Object.keys(claimsByScope), 'offline_access', ...own])];
}

/** What of oidc-provider a bridge uses, beside what it has in common with other authorization servers here. */
export function configureServer(options: ServerOptions): Configuration {
  const { resources, scopes, clientDocuments, keys, grants } = options;
  const { features, ...shared } = sharedConfiguration({
    resources,
    scopes,
    registrationRules,
    clientDocuments,
  });
  return {
    ...shared,
    adapter: options.adapter,
    jwks: { keys: [keys.signing] },
    routes,
    cookies: {
      keys: [keys.cookies],
      names: {
        session: 'mcp_bridge_session',
        interaction: 'mcp_bridge_sign_in',
        resume: 'mcp_bridge_resume',
      },
    },
    claims: claimsByScope,
    clientDefaults: { ...shared.clientDefaults, id_token_signed_response_alg: SIGNING_ALG },
    enabledJWA: {
      idTokenSigningAlgValues: [SIGNING_ALG],
      clientAuthSigningAlgValues: [...clientAssertionAlgs],
    },
    ttl: {
      AccessToken: options.accessTokenLifetime,
      AuthorizationCode: CODE_LIFETIME,
      Grant: GRANT_LIFETIME_SECONDS,
      IdToken: options.accessTokenLifetime,
      Interaction: INTERACTION_LIFETIME,
      // Slides, and ends with the grant. `iiat` is when the first of them was issued.
      RefreshToken: (_ctx, token) =>
        Math.max(1, Math.min(REFRESH_LIFETIME, GRANT_LIFETIME_SECONDS - token.totalLifetime())),
      // Nobody has one.
      Session: 1,
    },
    rotateRefreshToken: true,
    // The IdP is asked about the person here, before the refresh token counts as used.
    findAccount: async (ctx, subject, token) => {
      const grantId = token?.grantId;
      // In the browser: whoever has just signed in.
      if (grantId === undefined) return account(subject, {});
      const access =
        token?.kind === 'RefreshToken' ? await askAgain(ctx, grantId) : await grants.find(grantId);
      return access?.subject === subject ? account(subject, access.claims) : undefined;
    },
    extraTokenClaims: async (_ctx, token) => {
      if (token.kind !== 'AccessToken') return undefined;
      const access = token.grantId === undefined ? undefined : await grants.find(token.grantId);
      return { ...profileClaims(access?.claims ?? {}, token.scopes), sid: token.grantId };
    },
    loadExistingGrant: async (ctx) => {
      const { grantId, browser } = ctx.oidc.result?.consent ?? {};
      // For the browser in which the person signed in: the cookie of this page could be planted in another one.
      if (grantId === undefined || browser !== options.browserOf(ctx)) return undefined;
      return ctx.oidc.provider.Grant.find(grantId);
    },
    interactions: {
      url: (_ctx, { uid }) => `${options.publicUrl}${signInPath(uid)}`,
      policy: alwaysAsk(),
    },
    features: {
      ...features,
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => client.clientId === token.clientId,
      },
    },
  };

  async function askAgain(ctx: { set(name: string, value: string): void }, grantId: string) {
    try {
      return await options.recheck(grantId);
    } catch (error) {
      if (error instanceof TemporarilyUnavailableError) ctx.set('Retry-After', String(error.retryAfter));
      throw error;
    }
  }
}

function account(accountId: string, claims: JsonObject) {
  return { accountId, claims: () => ({ ...claims, sub: accountId }) };
}

function profileClaims(claims: JsonObject, scopes: ReadonlySet<string>): JsonObject {
  const names = new Set(
    Object.entries(claimsByScope).flatMap(([scope, granted]) => (scopes.has(scope) ? granted : [])),
  );
  return Object.fromEntries(Object.entries(claims).filter(([name]) => names.has(name)));
}

/** Every authorization request meets the page of consent, whatever was asked of it. */
function alwaysAsk(): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base();
  policy.clear();
  const { Prompt, Check } = interactionPolicy;
  const unless = (name: 'login' | 'consent') =>
    new Check(`no_${name}`, `the user has to ${name}`, (ctx) => ctx.oidc.result?.[name] === undefined);
  policy.add(new Prompt({ name: 'login', requestable: true }, unless('login')));
  policy.add(new Prompt({ name: 'consent', requestable: true }, unless('consent')));
  policy.add(new Prompt({ name: 'select_account', requestable: true }), 0);
  return policy;
}
