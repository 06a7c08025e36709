import { ada, dexLike, type StandIn, startStandIn } from '@mcp-whoami/testkit';
import { verdictOn } from '@mcp-whoami/testkit/provider-suite';
import { describe, expect, it } from 'vitest';
import { clientOf, connect, resource } from './test-provider.ts';

const clientId = 'the-mcp-client';
const plain = { header: { typ: 'JWT' } };

/** Claims of a token that names a client as its audience and nothing else that access tokens have. */
const forClient = (idp: StandIn, changes: object = {}) => ({
  ...idp.validClaims({ aud: clientId, auth_time: 1, acr: '1', amr: ['pwd'], azp: clientId }),
  client_id: undefined,
  scope: undefined,
  ...changes,
});

describe('an explicit access token type', () => {
  it.each([
    ['the header', {}, { typ: 'at+jwt' }],
    ['the header as a media type', {}, { typ: 'application/at+jwt' }],
    ['the header of Okta', {}, { typ: 'application/okta-internal-at+jwt' }],
    ['Keycloak’s claim', { typ: 'Bearer' }, { typ: 'JWT' }],
    ['Cognito’s claim', { token_use: 'access' }, { typ: undefined }],
    ['Casdoor’s claim', { tokenType: 'access-token' }, { typ: 'JWT' }],
  ])('outranks a stray `nonce` and `at_hash`: %s', async (_, claims, header) => {
    await using idp = await startStandIn();
    await using connection = await connect(idp, {}, { userinfoRole: 'none' });
    const token = idp.signJwt(idp.validClaims({ aud: resource, nonce: 'n', at_hash: 'x', ...claims }), {
      header,
    });
    expect((await connection.verifyAccessToken(token)).subject).toBe(ada.sub);
  });

  it.each([
    ['no type at all', {}, { typ: 'JWT' }],
    ['a claim of another token', { typ: 'ID' }, { typ: 'JWT' }],
    ['both kinds', { typ: 'Bearer', token_use: 'id' }, { typ: 'JWT' }],
    ['the header, and the claim of another', { typ: 'ID' }, { typ: 'at+jwt' }],
    ['`token_type`, which every introspection has', { token_type: 'Bearer' }, { typ: 'JWT' }],
    ['`c_hash`', { c_hash: 'x' }, { typ: 'at+jwt' }],
    ['`events`', { events: {} }, { typ: 'at+jwt' }],
  ])('does not stand in for others: %s', async (_, claims, header) => {
    await using idp = await startStandIn();
    await using connection = await connect(idp);
    const token = idp.signJwt(idp.validClaims({ aud: resource, nonce: 'n', ...claims }), { header });
    expect((await verdictOn(connection, token)).code).toBe('not_an_access_token');
  });

  it('outranks a `nonce` in an introspection too', async () => {
    await using idp = await startStandIn({
      accessTokens: 'opaque',
      introspection: { answer: (answer) => ({ ...answer, nonce: 'n', typ: 'Bearer' }) },
    });
    await using connection = await connect(idp, clientOf(idp));
    const token = await idp.issueAccessToken({ resource });
    expect((await connection.verifyAccessToken(token)).provedBy).toBe('introspection');
  });
});

describe('at+jwt', () => {
  it.each([{ iat: undefined }, { client_id: undefined }, { client_id: '' }])(
    'is refused without what it must have: %o',
    async (change) => {
      await using idp = await startStandIn();
      await using connection = await connect(idp);
      const claims = JSON.stringify({ ...idp.validClaims({ aud: resource }), ...change });
      const verdict = await verdictOn(connection, idp.signJwt(claims));
      expect(verdict).toMatchObject({ code: 'malformed_token', status: 401 });
      expect(verdict.logMessage).toContain('RFC 9068');
      expect((await connection.verifyAccessToken(idp.signJwt(claims, plain))).subject).toBe(ada.sub);
    },
  );

  it('may lack `jti`, and name its client as `azp`, as better-auth', async () => {
    await using idp = await startStandIn();
    await using connection = await connect(idp);
    const claims = {
      ...idp.validClaims({ aud: resource, azp: clientId }),
      client_id: undefined,
      jti: undefined,
    };
    const accepted = await connection.verifyAccessToken(idp.signJwt(JSON.stringify(claims)));
    expect(accepted).toMatchObject({ subject: ada.sub, clientId });
  });
});

describe('a token for a client, where <P>_AUDIENCE accepts that', () => {
  it.each([clientId, '*', 'https://client.example/metadata.json'])(
    'is refused unless something tells it from an ID token: %s',
    async (audience) => {
      await using idp = await startStandIn();
      await using connection = await connect(idp, { TEST_AUDIENCE: audience });
      const token = idp.signJwt(forClient(idp, audience === '*' ? {} : { aud: audience }), plain);
      // Userinfo does not know it.
      const verdict = await verdictOn(connection, token);
      expect(verdict).toMatchObject({ code: 'inactive', status: 401 });
      expect(verdict.logMessage).toContain('ID token');
      expect(idp.requests.count('userinfo')).toBe(1);
    },
  );

  it('is refused by name where no userinfo endpoint can tell', async () => {
    await using idp = await startStandIn({
      transformMetadata: ({ userinfo_endpoint: _, ...document }) => document,
    });
    await using connection = await connect(idp, { TEST_AUDIENCE: clientId });
    const verdict = await verdictOn(connection, idp.signJwt(forClient(idp), plain));
    expect(verdict).toMatchObject({ code: 'not_an_access_token', status: 401 });
    expect(verdict.logMessage).toContain(clientId);
  });

  it.each([
    ['its type', {}, { typ: 'at+jwt' }],
    ['the claim `typ`', { typ: 'Bearer' }, plain.header],
    ['a scope', { scope: 'openid' }, plain.header],
    ['a list of scopes', { scp: ['read'] }, plain.header],
    ['`client_id`', { client_id: clientId }, plain.header],
    ['Okta’s `cid`', { cid: clientId }, plain.header],
  ])('is accepted by %s', async (_, claims, header) => {
    await using idp = await startStandIn();
    await using connection = await connect(idp, { TEST_AUDIENCE: clientId }, { userinfoRole: 'none' });
    const token = idp.signJwt(forClient(idp, claims), { header });
    expect((await connection.verifyAccessToken(token)).subject).toBe(ada.sub);
    expect(idp.requests.count('userinfo')).toBe(0);
  });

  it('is accepted where userinfo takes it, as every token of Dex', async () => {
    await using idp = await startStandIn({
      jwtsHonoured: true,
      resource: 'ignored',
      audience: clientId,
      userinfoAnswer: dexLike,
      accessTokenHeader: { typ: undefined },
      accessTokenClaims: ({ client_id: _, scope: __, ...claims }) => claims,
    });
    await using connection = await connect(idp, { TEST_AUDIENCE: clientId });
    const token = await idp.issueAccessToken();
    expect((await connection.verifyAccessToken(token)).claims.name).toBe(ada.name);
    idp.fail('userinfo', 'status-503');
    expect((await verdictOn(connection, token)).status).toBe(503);
  });

  it('is not in doubt where it names this server', async () => {
    await using idp = await startStandIn();
    await using connection = await connect(
      idp,
      { TEST_AUDIENCE: `${clientId},${resource}` },
      { userinfoRole: 'none' },
    );
    const token = idp.signJwt(forClient(idp, { aud: resource }), plain);
    expect((await connection.verifyAccessToken(token)).subject).toBe(ada.sub);
    expect(idp.requests.count('userinfo')).toBe(0);
  });
});

describe('the subject', () => {
  it.each([
    ['user', {}],
    ['client', { sub: 'native-client' }],
    ['client', { sub: 'the-azp', client_id: undefined, azp: 'the-azp' }],
    ['client', { sub: 'abc@clients', gty: 'client-credentials' }],
    ['client', { idtyp: 'app' }],
    ['user', { gty: 'password', idtyp: 'user' }],
    ['user', { client_id: undefined }],
  ])('is a %s by %o', async (kind, change) => {
    await using idp = await startStandIn();
    await using connection = await connect(idp, {}, { userinfoRole: 'none' });
    const claims = { ...idp.validClaims({ aud: resource }), ...change };
    const accepted = await connection.verifyAccessToken(idp.signJwt(JSON.stringify(claims), plain));
    expect(accepted.subjectKind).toBe(kind);
    expect(accepted.claims).not.toHaveProperty('subjectKind');
  });
});
