import { generateKeyPairSync } from 'node:crypto';
import { isTokenRefused, type JsonObject } from '@mcp-whoami/provider';
import { nativeClient, type StandIn, startStandIn } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { genericOidc } from '../src/index.ts';

const resource = 'http://localhost:3001/mcp';

/** What the server says to a token of an IdP that is as its row of the README says: `accepted`, or the reason. */
const verdictOn = async (
  idp: StandIn,
  token: string,
  environment: Record<string, string> = {},
): Promise<string> => {
  await using connection = await genericOidc.connectFromEnvironment(
    { OIDC_ISSUER: idp.issuer, OIDC_TOKEN_CACHE_SECONDS: '0', ...environment },
    { resources: [resource], logger: { warn: () => undefined } },
  );
  try {
    const accepted = await connection.verifyAccessToken(token, { resource });
    const missing = connection.missingScopes(accepted, connection.requiredScopes);
    return missing.length === 0 ? 'accepted' : 'insufficient_scope';
  } catch (error) {
    if (isTokenRefused(error)) return error.code;
    throw error;
  }
};

/** A JWT that says no type in its header, as most products'. */
const tokenWith = (idp: StandIn, claims: JsonObject, header: JsonObject = { typ: 'JWT' }): string =>
  idp.signJwt(idp.validClaims(claims), { header });

describe('Auth0', () => {
  const userinfo = 'https://x.eu.auth0.com/userinfo';

  it('issues tokens that cannot be read to clients that name no API', async () => {
    await using idp = await startStandIn({ issuerPath: '/', accessTokens: 'opaque', resource: 'ignored' });
    const encrypted = `${Buffer.from('{"alg":"dir","enc":"A256GCM","iss":"https://x.eu.auth0.com/"}').toString('base64url')}..aXY.Y2lwaGVydGV4dA.dGFn`;
    expect(await verdictOn(idp, encrypted)).toBe('audience_unknown');
    expect(await verdictOn(idp, await idp.issueAccessToken())).toBe('audience_unknown');
  });

  it('names its userinfo endpoint beside the API, which may be the default one', async () => {
    await using idp = await startStandIn({ issuerPath: '/' });
    const { client_id: azp } = nativeClient;
    const token = (api: string) => tokenWith(idp, { aud: [api, userinfo], azp, client_id: undefined });
    expect(await verdictOn(idp, token(resource))).toBe('accepted');
    expect(await verdictOn(idp, token('https://api.example.com'))).toBe('audience_mismatch');
  });
});

describe('Okta', () => {
  const scopes = { scope: undefined, scp: ['openid', 'mcp:read'], client_id: undefined, cid: '0oa1' };

  it('signs the tokens of its org authorization server by keys that it does not publish', async () => {
    await using idp = await startStandIn();
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const claims = idp.validClaims({ ...scopes, aud: 'https://x.okta.com' });
    const token = idp.signJwt(claims, { key: privateKey, header: { kid: 'of-the-org' } });
    expect(await verdictOn(idp, token)).toBe('unknown_key');
  });

  it('puts the one audience of a custom server into every token of it', async () => {
    await using idp = await startStandIn({ issuerPath: '/oauth2/default' });
    const token = (aud: string) => tokenWith(idp, { ...scopes, aud });
    expect(await verdictOn(idp, token('api://default'))).toBe('audience_mismatch');
    expect(await verdictOn(idp, token('api://default'), { OIDC_AUDIENCE: 'api://default' })).toBe('accepted');
    const required = (scope: string) => ({ OIDC_REQUIRED_SCOPES: scope });
    expect(await verdictOn(idp, token(resource), required('mcp:read'))).toBe('accepted');
    expect(await verdictOn(idp, token(resource), required('mcp:write'))).toBe('insufficient_scope');
  });
});

describe('Entra ID', () => {
  const app = '0f8fad5b-d9cb-469f-a165-70867728950e';
  const claims = { aud: app, scope: undefined, scp: 'access_as_user', client_id: undefined, azp: 'client' };
  const environment = { OIDC_AUDIENCE: app, OIDC_REQUIRED_SCOPES: `api://${app}/access_as_user` };

  it('names another issuer in tokens of version 1.0', async () => {
    await using idp = await startStandIn({ issuerPath: '/6f1d/v2.0' });
    const old = { ...claims, iss: 'https://sts.windows.net/6f1d/', aud: `api://${app}`, appid: 'client' };
    expect(await verdictOn(idp, tokenWith(idp, old), environment)).toBe('issuer_mismatch');
  });

  it('has the application’s id as audience and the short names of scopes in those of version 2.0', async () => {
    await using idp = await startStandIn({ issuerPath: '/6f1d/v2.0' });
    const token = tokenWith(idp, claims);
    expect(await verdictOn(idp, token, environment)).toBe('accepted');
    expect(await verdictOn(idp, token)).toBe('audience_mismatch');
  });
});

describe('Cognito', () => {
  const claims = { token_use: 'access', version: 2 };

  it('names no audience where the client named no resource', async () => {
    await using idp = await startStandIn({ issuerPath: '/eu-west-1_x' });
    const token = tokenWith(idp, claims, { typ: undefined });
    expect(await verdictOn(idp, token)).toBe('audience_unknown');
    expect(await verdictOn(idp, token, { OIDC_AUDIENCE: 'none' })).toBe('accepted');
    expect(await verdictOn(idp, tokenWith(idp, { ...claims, aud: resource }))).toBe('accepted');
  });

  it('says of an ID token what it is', async () => {
    await using idp = await startStandIn({ issuerPath: '/eu-west-1_x' });
    const idToken = tokenWith(idp, {
      token_use: 'id',
      aud: 'client',
      client_id: undefined,
      scope: undefined,
    });
    expect(await verdictOn(idp, idToken, { OIDC_AUDIENCE: 'client' })).toBe('not_an_access_token');
  });
});

describe('Google', () => {
  it('issues opaque tokens, which do not say for whom they are', async () => {
    await using idp = await startStandIn({ accessTokens: 'opaque', resource: 'ignored' });
    const token = await idp.issueAccessToken();
    expect(await verdictOn(idp, token)).toBe('audience_unknown');
    expect(idp.requests.count('userinfo')).toBe(0);
  });
});

describe('WorkOS AuthKit', () => {
  it('names a resource as audience only where it is a resource indicator, and the client asked for it', async () => {
    await using idp = await startStandIn();
    expect(await verdictOn(idp, tokenWith(idp, { aud: resource }))).toBe('accepted');
    expect(await verdictOn(idp, tokenWith(idp, { aud: 'client_01H' }))).toBe('audience_mismatch');
  });
});

describe('Zitadel', () => {
  it('names clients and projects as audience', async () => {
    await using idp = await startStandIn();
    const token = tokenWith(idp, { aud: ['31@mcp', '32@other', '30'], client_id: '31@mcp' });
    expect(await verdictOn(idp, token)).toBe('audience_mismatch');
    expect(await verdictOn(idp, token, { OIDC_AUDIENCE: '30' })).toBe('accepted');
  });
});

describe('authentik', () => {
  it('names the client as audience, as its ID tokens do: userinfo decides where no scope tells them apart', async () => {
    const environment = { OIDC_AUDIENCE: 'client' };
    await using idp = await startStandIn({
      resource: 'ignored',
      audience: 'client',
      jwtsHonoured: true,
      accessTokenHeader: { typ: 'JWT' },
      accessTokenClaims: ({ client_id: azp, scope: _, ...claims }) => ({ ...claims, azp }),
    });
    const token = await idp.issueAccessToken();
    expect(await verdictOn(idp, token)).toBe('audience_mismatch');
    expect(idp.requests.count('userinfo')).toBe(0);
    expect(await verdictOn(idp, token, environment)).toBe('accepted');
    const idToken = tokenWith(idp, { aud: 'client', client_id: undefined, scope: undefined });
    expect(await verdictOn(idp, idToken, environment)).toBe('inactive');
  });

  it('signs by the client’s secret while the provider has no signing key', async () => {
    await using idp = await startStandIn();
    const [head = '', payload] = tokenWith(idp, { aud: 'client' }).split('.');
    const header = { ...JSON.parse(Buffer.from(head, 'base64url').toString()), alg: 'HS256' };
    const token = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}.c2ln`;
    expect(await verdictOn(idp, token, { OIDC_AUDIENCE: 'client' })).toBe('algorithm_not_allowed');
  });
});
