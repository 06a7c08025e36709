import { ada, dexLike, startStandIn, withoutAlg } from '@mcp-whoami/testkit';
import { verdictOn } from '@mcp-whoami/testkit/provider-suite';
import { describe, expect, it } from 'vitest';
import { pass } from './clock.ts';
import { clientOf, connect, resource } from './test-provider.ts';

describe('a JWT', () => {
  it('carries token, issuer, subject, client, scopes, audience, expiry, claims and proof', async () => {
    await using idp = await startStandIn();
    await using connection = await connect(idp);
    const claims = idp.validClaims({ aud: [resource, 'other'], scope: 'openid mcp:read', roles: ['admin'] });
    const token = idp.signJwt(claims);
    expect(await connection.verifyAccessToken(token)).toEqual({
      token,
      issuer: idp.issuer,
      subject: 'ada',
      subjectKind: 'user',
      clientId: 'native-client',
      scopes: ['openid', 'mcp:read'],
      audience: [resource, 'other'],
      expiresAt: claims.exp,
      claims,
      provedBy: 'jwt',
      issuedAt: claims.iat,
      resource: new URL(resource),
    });
  });

  it.each([
    [{ scope: 'a b', scp: undefined }, ['a', 'b']],
    [{ scope: undefined, scp: 'a b' }, ['a', 'b']],
    [{ scope: '', scp: ['a', 'b'] }, ['a', 'b']],
    [{ scope: undefined, scp: ['a', 'b'] }, ['a', 'b']],
    [{ scope: undefined, scp: undefined }, []],
  ])('names its scopes as %o', async (change, scopes) => {
    await using idp = await startStandIn();
    await using connection = await connect(idp);
    const { scope: _, ...claims } = idp.validClaims({ aud: resource });
    const token = idp.signJwt(JSON.parse(JSON.stringify({ ...claims, ...change })));
    expect((await connection.verifyAccessToken(token)).scopes).toEqual(scopes);
  });

  it.each(['client_id', 'azp', 'cid'])('names its client as %s', async (name) => {
    await using idp = await startStandIn();
    await using connection = await connect(idp);
    const { client_id, ...claims } = idp.validClaims({ aud: resource });
    expect((await connection.verifyAccessToken(idp.signJwt({ ...claims, [name]: client_id }))).clientId).toBe(
      client_id,
    );
  });

  it('may be signed by any asymmetric algorithm under a key that names none', async () => {
    await using idp = await startStandIn({ transformJwks: withoutAlg });
    await using connection = await connect(idp);
    for (const alg of ['RS256', 'RS512', 'PS256'] as const) {
      const token = idp.signJwt(idp.validClaims({ aud: resource }), { alg });
      expect((await connection.verifyAccessToken(token)).subject, alg).toBe('ada');
    }
  });

  it('is found among several keys when it names none', async () => {
    await using idp = await startStandIn();
    await using connection = await connect(idp);
    const token = idp.signJwt(idp.validClaims({ aud: resource }), { header: { kid: undefined } });
    expect((await connection.verifyAccessToken(token)).subject).toBe('ada');
  });

  it('is for this server in either case of scheme and host, but not of the path', async () => {
    await using idp = await startStandIn();
    await using connection = await connect(idp);
    const withAudience = (aud: string) => idp.signJwt(idp.validClaims({ aud }));
    expect((await connection.verifyAccessToken(withAudience('HTTP://LocalHost:3001/mcp'))).subject).toBe(
      'ada',
    );
    expect(await verdictOn(connection, withAudience('http://localhost:3001/MCP'))).toMatchObject({
      code: 'audience_mismatch',
    });
  });

  it('never falls back to userinfo once it failed', async () => {
    await using idp = await startStandIn({ jwtsHonoured: true });
    await using connection = await connect(idp);
    const token = await idp.issueAccessToken({ resource: 'http://localhost:4001/mcp' });
    expect(await verdictOn(connection, token)).toMatchObject({ code: 'audience_mismatch' });
    expect(idp.requests.count('userinfo')).toBe(0);
  });

  it.each([
    ['a padded signature', (token: string) => `${token}=`],
    ['a fourth part', (token: string) => `${token}.`],
    ['two parts', (token: string) => token.split('.').slice(0, 2).join('.')],
    ['the standard alphabet', (token: string) => `${token}+/`],
    ['a padded header', (token: string) => token.replace('.', '=.')],
  ])('with %s is still a JWT, and refused though the IdP takes it', async (_, mangle) => {
    await using idp = await startStandIn({
      introspection: true,
      userinfoAnswer: () => ({ status: 200, body: { sub: 'ada' } }),
    });
    await using connection = await connect(idp, { TEST_AUDIENCE: '*' });
    const token = await idp.issueAccessToken({ resource });
    expect(await verdictOn(connection, mangle(token))).toMatchObject({
      code: 'malformed_token',
      status: 401,
    });
    expect(idp.requests.count('userinfo')).toBe(0);
  });

  it('is proved by the keys that are known while new ones cannot be fetched', async () => {
    await using idp = await startStandIn();
    await using connection = await connect(idp);
    await connection.verifyAccessToken(await idp.issueAccessToken({ resource }));
    idp.fail('jwks', 'status-500');
    pass(30 * 60);
    const known = idp.signJwt(idp.validClaims({ aud: resource }));
    expect((await connection.verifyAccessToken(known)).subject).toBe('ada');
    const unknown = idp.signJwt(idp.validClaims({ aud: resource }), { header: { kid: 'new' } });
    expect(await verdictOn(connection, unknown)).toMatchObject({ status: 503 });
  });

  it('with `at_hash` alone is refused when userinfo names another user', async () => {
    await using idp = await startStandIn({
      userinfoAnswer: () => ({ status: 200, body: { sub: 'eve' } }),
      accessTokenHeader: { typ: undefined },
      accessTokenClaims: (claims) => ({ ...claims, at_hash: 'x' }),
    });
    await using connection = await connect(idp);
    const token = await idp.issueAccessToken({ resource });
    expect(await verdictOn(connection, token)).toMatchObject({ code: 'not_an_access_token' });
  });

  it('with `at_hash` alone is decided by userinfo, as every token of Dex', async () => {
    await using idp = await startStandIn({
      jwtsHonoured: true,
      userinfoAnswer: dexLike,
      accessTokenHeader: { typ: undefined },
      accessTokenClaims: (claims) => ({ ...claims, at_hash: 'x' }),
    });
    await using connection = await connect(idp);
    const token = await idp.issueAccessToken({ resource });
    expect((await connection.verifyAccessToken(token)).claims).toMatchObject({ sub: 'ada', name: ada.name });
    await idp.revoke(token);
    expect(await verdictOn(connection, token)).toMatchObject({ code: 'inactive', status: 401 });
  });

  it('does not take the profile of somebody else', async () => {
    await using idp = await startStandIn({
      userinfoAnswer: () => ({ status: 200, body: { sub: 'eve', name: 'Eve' } }),
    });
    await using connection = await connect(idp);
    const { claims } = await connection.verifyAccessToken(await idp.issueAccessToken({ resource }));
    expect(claims.name).toBeUndefined();
  });

  it('is revoked by a 401 of userinfo only where the provider says so', async () => {
    await using idp = await startStandIn();
    await using strict = await connect(idp, {}, { userinfoRole: 'revocation' });
    await using lenient = await connect(idp);
    const token = await idp.issueAccessToken({ resource });
    idp.fail('userinfo', { status: 403 });
    expect((await strict.verifyAccessToken(token)).subject).toBe('ada');
    idp.fail('userinfo', 'status-401');
    expect(await verdictOn(strict, token)).toMatchObject({ code: 'revoked' });
    expect((await lenient.verifyAccessToken(token)).subject).toBe('ada');
  });
});

describe('an opaque token', () => {
  it('is asked about as it is, whatever visible characters it has', async () => {
    const token = '00D5g!AR8AQ/x<y>&z=%20+#\\';
    await using idp = await startStandIn({
      introspection: true,
      userinfoAnswer: ({ token: sent }) =>
        sent === token ? { status: 200, body: { sub: 'ada' } } : { status: 401, body: {} },
    });
    await using byUserinfo = await connect(idp, { TEST_AUDIENCE: '*' });
    await using byIntrospection = await connect(idp, clientOf(idp));
    idp.fail('introspection', { status: 200, body: { active: true, sub: 'ada', aud: resource } });
    expect((await byUserinfo.verifyAccessToken(token)).provedBy).toBe('userinfo');
    expect((await byIntrospection.verifyAccessToken(token)).provedBy).toBe('introspection');
    expect(idp.requests.find(({ path }) => path.endsWith('introspection'))?.form?.token).toBe(token);
  });

  it('is refused where its audience cannot be known, and the log names the setting', async () => {
    await using idp = await startStandIn({ accessTokens: 'opaque', resource: 'ignored' });
    await using connection = await connect(idp);
    const verdict = await verdictOn(connection, await idp.issueAccessToken());
    expect(verdict).toMatchObject({ code: 'audience_unknown', status: 401 });
    expect(verdict.logMessage).toContain('TEST_AUDIENCE=none');
  });

  it('does not reach the log by way of a redirect', async () => {
    await using idp = await startStandIn({ accessTokens: 'opaque', resource: 'ignored' });
    await using connection = await connect(idp, { TEST_AUDIENCE: '*' });
    const token = await idp.issueAccessToken();
    idp.fail('userinfo', {
      status: 302,
      headers: { location: `https://idp.example/?access_token=${token}` },
    });
    const verdict = await verdictOn(connection, token);
    expect(verdict.status).toBe(503);
    expect(verdict.logMessage).toContain('https://idp.example/');
    expect(verdict.logMessage).not.toContain(token);
  });

  it('is accepted when a 200 carries an error that says ok, as TikTok', async () => {
    await using idp = await startStandIn({
      accessTokens: 'opaque',
      resource: 'ignored',
      userinfoAnswer: () => ({ status: 200, body: { sub: 'ada', error: { code: 'ok' } } }),
    });
    await using connection = await connect(idp, { TEST_AUDIENCE: '*' });
    expect((await connection.verifyAccessToken(await idp.issueAccessToken())).subject).toBe('ada');
  });

  it.each([400, 401, 403, 404])('is refused by a %i of userinfo', async (status) => {
    await using idp = await startStandIn({ accessTokens: 'opaque', resource: 'ignored' });
    await using connection = await connect(idp, { TEST_AUDIENCE: '*' });
    idp.fail('userinfo', { status });
    const verdict = await verdictOn(connection, await idp.issueAccessToken());
    expect(verdict).toMatchObject({ code: 'inactive', status: 401 });
    expect(verdict.logMessage).toContain('bound to a resource');
  });

  it.each([{ 'retry-after': '30' }, { 'x-ratelimit-remaining': '0' }])(
    'is undecided by a 403 of userinfo that is a rate limit: %o',
    async (headers) => {
      await using idp = await startStandIn({ accessTokens: 'opaque', resource: 'ignored' });
      await using connection = await connect(idp, { TEST_AUDIENCE: '*' });
      idp.fail('userinfo', { status: 403, headers });
      expect(await verdictOn(connection, await idp.issueAccessToken())).toMatchObject({ status: 503 });
    },
  );

  it.each([408, 429, 500, 503])('is undecided by a %i of userinfo', async (status) => {
    await using idp = await startStandIn({ accessTokens: 'opaque', resource: 'ignored' });
    await using connection = await connect(idp, { TEST_AUDIENCE: '*' });
    idp.fail('userinfo', { status });
    expect(await verdictOn(connection, await idp.issueAccessToken())).toMatchObject({ status: 503 });
  });

  it.each([{ sub: '' }, { sub: ' ' }, { sub: null }, {}, { sub: {} }, { sub: 2 ** 53 }, { sub: 1.5 }])(
    'is refused when userinfo names nobody: %o',
    async (body) => {
      await using idp = await startStandIn({
        accessTokens: 'opaque',
        resource: 'ignored',
        userinfoAnswer: () => ({ status: 200, body }),
      });
      await using connection = await connect(idp, { TEST_AUDIENCE: '*' });
      expect(await verdictOn(connection, await idp.issueAccessToken())).toMatchObject({
        code: 'subject_missing',
      });
    },
  );
});

describe('introspection', () => {
  const start = async (
    answer: (answer: Record<string, unknown>) => Record<string, unknown> = (same) => same,
  ) => {
    await using stack = new AsyncDisposableStack();
    const idp = stack.use(await startStandIn({ accessTokens: 'opaque', introspection: { answer } }));
    const connection = stack.use(await connect(idp, clientOf(idp)));
    const owned = stack.move();
    return { idp, connection, [Symbol.asyncDispose]: () => owned.disposeAsync() };
  };

  it('asks for an access token, and adds the profile', async () => {
    await using started = await start();
    const { idp, connection } = started;
    const accepted = await connection.verifyAccessToken(await idp.issueAccessToken({ resource }));
    expect(accepted).toMatchObject({ subject: 'ada', provedBy: 'introspection', audience: [resource] });
    expect(idp.requests.find(({ path }) => path.endsWith('introspection'))?.form).toMatchObject({
      token_type_hint: 'access_token',
    });
  });

  it.each([
    ['audience_mismatch', { aud: 'http://localhost:4001/mcp' }],
    ['audience_unknown', { aud: undefined }],
    ['issuer_mismatch', { iss: 'https://other.example.com' }],
    ['expired', { exp: 1 }],
    ['not_an_access_token', { token_type: 'Refresh' }],
    ['not_an_access_token', { typ: 'ID' }],
    ['sender_constrained', { cnf: { jkt: 'x' } }],
    ['sender_constrained', { token_type: 'DPoP' }],
    ['malformed_token', { aud: 42 }],
  ])('refuses with %s what it says: %o', async (code, change) => {
    await using started = await start((answer) => ({ ...answer, ...change }));
    expect(
      await verdictOn(started.connection, await started.idp.issueAccessToken({ resource })),
    ).toMatchObject({ code });
  });

  it.each(['server_error', 'invalid_token', { code: 1 }, true])(
    'is undecided where it calls the token active beside an error: %o',
    async (error) => {
      await using started = await start((answer) => ({ ...answer, error }));
      const verdict = await verdictOn(started.connection, await started.idp.issueAccessToken({ resource }));
      expect(verdict).toMatchObject({ code: 'idp_unavailable', status: 503 });
    },
  );

  it.each([null, ''])('is good where its error is none: %o', async (error) => {
    await using started = await start((answer) => ({ ...answer, error }));
    const token = await started.idp.issueAccessToken({ resource });
    expect((await started.connection.verifyAccessToken(token)).subject).toBe('ada');
  });

  it.each([401, 403, 408, 429, 500])('is undecided by a %i: the token was not judged', async (status) => {
    await using started = await start();
    started.idp.fail('introspection', { status });
    const verdict = await verdictOn(started.connection, await started.idp.issueAccessToken({ resource }));
    expect(verdict).toMatchObject({ code: 'idp_unavailable', status: 503 });
  });

  it.each([
    { status: 200, body: { error: 'invalid_token' } },
    { status: 401, body: { active: false } },
    { status: 400, body: '' },
    { status: 404 },
    { status: 422, body: { error: 'bad token' } },
  ])('is a refusal by %o', async (fault) => {
    await using started = await start();
    started.idp.fail('introspection', fault);
    const verdict = await verdictOn(started.connection, await started.idp.issueAccessToken({ resource }));
    expect(verdict).toMatchObject({ code: 'inactive', status: 401 });
  });

  it.each([
    { status: 200, body: { error: 'invalid_client' } },
    { status: 400, body: { error: 'unauthorized_client' } },
  ])('is undecided by %o: that is about this server’s client', async (fault) => {
    await using started = await start();
    started.idp.fail('introspection', fault);
    const verdict = await verdictOn(started.connection, await started.idp.issueAccessToken({ resource }));
    expect(verdict.status).toBe(503);
    expect(verdict.logMessage).toContain('TEST_CLIENT_SECRET');
  });

  it('takes the user from userinfo where introspection names none', async () => {
    await using started = await start(({ sub: _, ...answer }) => answer);
    const token = await started.idp.issueAccessToken({ resource });
    started.idp.fail('userinfo', { status: 200, body: { sub: 'ada', name: ada.name } });
    expect(await started.connection.verifyAccessToken(token)).toMatchObject({
      subject: 'ada',
      claims: { name: ada.name },
      provedBy: 'introspection',
    });
    started.idp.fail('userinfo', { status: 200, body: {} });
    expect(await verdictOn(started.connection, token)).toMatchObject({ code: 'subject_missing' });
  });

  it('is undecided by an answer that does not say whether the token is active', async () => {
    await using started = await start(() => ({ active: 'true' }));
    const verdict = await verdictOn(started.connection, await started.idp.issueAccessToken({ resource }));
    expect(verdict.status).toBe(503);
  });

  it('says that the client may be wrong, until a token was active once', async () => {
    await using started = await start();
    const { idp, connection } = started;
    expect((await verdictOn(connection, 'unknown')).logMessage).toContain('TEST_CLIENT_AUTH');
    await connection.verifyAccessToken(await idp.issueAccessToken({ resource }));
    expect((await verdictOn(connection, 'unknown')).logMessage).not.toContain('TEST_CLIENT_AUTH');
  });

  it('with a wrong secret is undecided, and the log names the settings', async () => {
    await using started = await start();
    await using wrong = await connect(started.idp, { ...clientOf(started.idp), TEST_CLIENT_SECRET: 'wrong' });
    const verdict = await verdictOn(wrong, await started.idp.issueAccessToken({ resource }));
    expect(verdict).toMatchObject({ status: 503 });
    expect(verdict.logMessage).toContain('TEST_CLIENT_SECRET');
  });
});
