import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { expect, it } from 'vitest';
import {
  ada,
  grace,
  nativeClient,
  type SigningAlg,
  type StandIn,
  startStandIn,
  withoutAlg,
} from '../src/index.ts';
import { getJson } from './http.ts';

const resource = 'http://localhost:3001/mcp';

const verify = (idp: StandIn, token: string) => jwtVerify(token, createRemoteJWKSet(new URL(idp.jwksUrl)));

it('issues JWT access tokens that verify against its published keys (RFC 9068)', async () => {
  await using idp = await startStandIn({ issuerPath: '/oidc', userinfoPath: '/userinfo' });
  const { body } = await getJson(idp.discoveryUrl);
  expect(body).toMatchObject({
    issuer: idp.issuer,
    jwks_uri: idp.jwksUrl,
    authorization_endpoint: idp.authorizationEndpoint,
    token_endpoint: idp.tokenEndpoint,
    userinfo_endpoint: `${idp.origin}/oidc/userinfo`,
    registration_endpoint: idp.registrationEndpoint,
  });
  const { payload, protectedHeader } = await verify(
    idp,
    await idp.issueAccessToken({ resource, user: grace }),
  );
  expect(payload).toMatchObject({
    iss: idp.issuer,
    sub: 'grace',
    aud: resource,
    client_id: nativeClient.client_id,
  });
  expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: idp.signingKey().kid });
});

const algs: SigningAlg[] = ['RS512', 'PS256', 'ES256', 'EdDSA'];
it.each(algs)('signs with %s, its own tokens and forged ones', async (signingAlg) => {
  await using idp = await startStandIn({ signingAlg, transformJwks: withoutAlg });
  const issued = await verify(idp, await idp.issueAccessToken({ resource }));
  expect(issued.protectedHeader.alg).toBe(signingAlg);
  const forged = await verify(
    idp,
    idp.signJwt(idp.validClaims({ aud: 'x' }), { header: { typ: undefined, a: 1 } }),
  );
  expect(forged.payload).toMatchObject({ sub: 'ada', aud: 'x', iss: idp.issuer });
  expect(forged.protectedHeader).toEqual({ alg: signingAlg, kid: idp.signingKey().kid, a: 1 });
});

it('keeps the trailing slash of its issuer', async () => {
  await using idp = await startStandIn({ issuerPath: '/realms/mcp-realm/' });
  expect(idp.issuer).toMatch(/mcp-realm\/$/);
  expect((await getJson(idp.discoveryUrl)).body.issuer).toBe(idp.issuer);
  expect(idp.discoveryUrl).toBe(`${idp.issuer}.well-known/openid-configuration`);
  expect(decodeJwt(await idp.issueAccessToken({ resource })).iss).toBe(idp.issuer);
});

it.each([
  ['openid', '/oidc/.well-known/openid-configuration'],
  ['rfc8414', '/.well-known/oauth-authorization-server/oidc'],
  ['rfc8414-appended', '/oidc/.well-known/oauth-authorization-server'],
  ['none', undefined],
] as const)('has metadata in the form %s and nowhere else', async (metadata, path) => {
  await using idp = await startStandIn({
    issuerPath: '/oidc',
    metadata,
    transformMetadata: ({ code_challenge_methods_supported: _pkce, ...document }) => ({
      ...document,
      extra: 1,
    }),
  });
  const found: string[] = [];
  for (const candidate of [
    '/oidc/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server/oidc',
    '/oidc/.well-known/oauth-authorization-server',
    '/.well-known/openid-configuration/oidc',
  ]) {
    const { status, body } = await getJson(idp.origin + candidate);
    if (status === 200) found.push(candidate);
    if (status === 200)
      expect(body).toMatchObject({ issuer: idp.issuer, extra: 1, token_endpoint: idp.tokenEndpoint });
    expect(body).not.toHaveProperty('code_challenge_methods_supported');
  }
  expect(found).toEqual(path ? [path] : []);
});

it('gives tokens the audience, claims and header it is told to, whatever resource was asked for', async () => {
  await using idp = await startStandIn({
    resource: 'ignored',
    audience: ['account', 'other'],
    accessTokenHeader: { typ: 'JWT' },
    accessTokenClaims: ({ client_id, scope, ...claims }, accountId) => ({
      ...claims,
      azp: client_id,
      scp: scope,
      accountId,
    }),
  });
  const token = await idp.issueAccessToken({ resource, scope: 'openid' });
  const { payload } = await verify(idp, token);
  expect(payload).toMatchObject({
    aud: ['account', 'other'],
    azp: nativeClient.client_id,
    scp: 'openid',
    accountId: 'ada',
  });
  expect(payload).not.toHaveProperty('client_id');
  expect(decodeProtectedHeader(token).typ).toBe('JWT');
});

it('gives tokens no audience where none is configured and resources are ignored', async () => {
  await using idp = await startStandIn({ resource: 'ignored' });
  const { payload } = await verify(idp, await idp.issueAccessToken({ resource, lifetime: 60 }));
  expect(payload).not.toHaveProperty('aud');
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60);
});

it('signs with a new key after a rotation and publishes only that', async () => {
  await using idp = await startStandIn({ accessTokens: 'opaque' });
  const opaque = await idp.issueAccessToken();
  const before = idp.signJwt(idp.validClaims());
  await idp.rotateKeys();
  await expect(verify(idp, before)).rejects.toThrow('no applicable key');
  await verify(idp, idp.signJwt(idp.validClaims()));
  expect((await getJson(idp.userinfoUrl, opaque)).body).toMatchObject({ sub: ada.sub });
});

it('knows no token of another stand-in', async () => {
  await using one = await startStandIn();
  await using other = await startStandIn();
  expect((await getJson(other.userinfoUrl, await one.issueAccessToken())).status).toBe(401);
});
