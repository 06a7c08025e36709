import { decodeJwt } from 'jose';
import { expect, it } from 'vitest';
import {
  confidentialClient,
  keycloakLike,
  logtoLike,
  type StandIn,
  signInForToken,
  startStandIn,
} from '../src/index.ts';
import { getJson, postJson } from './http.ts';

const resource = 'http://localhost:3001/mcp';

const redirectUri = 'http://127.0.0.1:33418/callback';

const register = async ({ registrationEndpoint }: StandIn, metadata: Record<string, unknown> = {}) => {
  const { status, body } = await postJson(registrationEndpoint, {
    redirect_uris: [redirectUri],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    ...metadata,
  });
  return { status, scope: body.scope, clientId: String(body.client_id) };
};

it('registers what MCP clients send, and lets them ask for more scopes later', async () => {
  await using idp = await startStandIn({ scopes: ['mcp:admin'] });
  const { clientId, ...registered } = await register(idp, {
    scope: 'openid offline_access',
    application_type: 'native',
    software_id: 'unknown to oidc-provider',
  });
  expect(registered).toEqual({ status: 201, scope: 'openid offline_access' });
  const onAnotherPort = { clientId, redirectUri: 'http://127.0.0.1:2/callback' };
  const signedIn = await signInForToken(idp, { ...onAnotherPort, resource, scope: 'openid mcp:admin' });
  expect(signedIn.scope).toBe('openid mcp:admin');
});

it('holds a client to the scopes it registered with, where told to', async () => {
  await using idp = await startStandIn({ registration: 'scope-capped' });
  const { clientId } = await register(idp, { scope: 'openid' });
  const refused = signInForToken(idp, { clientId, redirectUri, scope: 'openid email' });
  await expect(refused).rejects.toMatchObject({ error: 'invalid_scope' });
});

it('signs in a confidential client', async () => {
  await using idp = await startStandIn();
  const { client_id: clientId, client_secret: clientSecret } = confidentialClient;
  const { accessToken } = await signInForToken(idp, { clientId, clientSecret, resource });
  expect(decodeJwt(accessToken).client_id).toBe(clientId);
});

it('behaves as Keycloak', async () => {
  await using idp = await startStandIn({ ...keycloakLike, audience: [resource, 'account'] });
  const { accessToken, refreshToken } = await signInForToken(idp, { resource: 'http://ignored.example' });
  expect(decodeJwt(accessToken)).toMatchObject({
    aud: [resource, 'account'],
    typ: 'Bearer',
    azp: expect.any(String),
  });
  expect(refreshToken).toBeTypeOf('string');
  expect((await getJson(idp.userinfoUrl, accessToken)).body).toMatchObject({ sub: 'ada' });
});

it('behaves as Logto', async () => {
  await using idp = await startStandIn(logtoLike);
  expect((await register(idp)).status).toBe(404);
  const bound = await idp.issueAccessToken({ resource });
  expect((await getJson(idp.userinfoUrl, bound)).status).toBe(401);
  const opaque = await idp.issueAccessToken();
  expect(opaque).not.toContain('.');
  expect((await getJson(`${idp.origin}/oidc/me`, opaque)).body).toMatchObject({ sub: 'ada' });
});
