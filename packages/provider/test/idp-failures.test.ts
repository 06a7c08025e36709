import { type Fault, startStandIn } from '@mcp-whoami/testkit';
import { verdictOn } from '@mcp-whoami/testkit/provider-suite';
import { describe, expect, it } from 'vitest';
import { clientOf, connect, resource } from './test-provider.ts';

/** An IdP whose userinfo endpoint alone decides. */
const startWithUserinfo = async () => {
  await using stack = new AsyncDisposableStack();
  const idp = stack.use(await startStandIn({ accessTokens: 'opaque', resource: 'ignored' }));
  const connection = stack.use(await connect(idp, { TEST_AUDIENCE: '*' }));
  const token = await idp.issueAccessToken();
  const owned = stack.move();
  return { idp, connection, token, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};

/** An IdP whose introspection alone decides. */
const startWithIntrospection = async () => {
  await using stack = new AsyncDisposableStack();
  const idp = stack.use(await startStandIn({ accessTokens: 'opaque', introspection: true }));
  const connection = stack.use(await connect(idp, clientOf(idp), { userinfoRole: 'none' }));
  const token = await idp.issueAccessToken({ resource });
  const owned = stack.move();
  return { idp, connection, token, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};

const retryAfter = async (fault: Fault) => {
  await using userinfo = await startWithUserinfo();
  await using introspection = await startWithIntrospection();
  userinfo.idp.fail('userinfo', fault);
  introspection.idp.fail('introspection', fault);
  const verdicts = [
    await verdictOn(userinfo.connection, userinfo.token),
    await verdictOn(introspection.connection, introspection.token),
  ];
  for (const { status } of verdicts) expect(status).toBe(503);
  return verdicts.map(({ headers }) => Number(headers['Retry-After']));
};

describe('when a client may try again', () => {
  const answer = (status: number, value: string): Fault => ({ status, headers: { 'retry-after': value } });

  it.each([
    ['what the IdP says with 429', answer(429, '30'), 30],
    ['what it says with 503', answer(503, '7'), 7],
    ['never at once', answer(429, '0'), 1],
    ['never in more than a minute', answer(503, '86400'), 60],
    ['never in the past', answer(503, 'Sat, 01 Jan 2000 00:00:00 GMT'), 1],
    ['soon, when the IdP says nonsense', answer(503, 'soon'), 5],
    ['soon, when the IdP says nothing', { status: 429 } satisfies Fault, 5],
  ])('is %s', async (_, fault, seconds) => {
    expect(await retryAfter(fault)).toEqual([seconds, seconds]);
  });

  it('may be a date', async () => {
    const inTwentySeconds = new Date(Date.now() + 20_000).toUTCString();
    for (const seconds of await retryAfter(answer(503, inTwentySeconds))) {
      expect(seconds).toBeGreaterThan(10);
      expect(seconds).toBeLessThanOrEqual(20);
    }
  });
});

describe('what is not a verdict on a token', () => {
  it.each<Fault>([
    'json-array',
    'json-null',
    'json-number',
    'empty-204',
    { status: 200, body: '"ada"' },
    { status: 206, body: '' },
  ])('from userinfo: %o', async (fault) => {
    await using started = await startWithUserinfo();
    started.idp.fail('userinfo', fault);
    expect(await verdictOn(started.connection, started.token)).toMatchObject({ status: 503 });
  });

  it.each<Fault>([
    'json-array',
    'json-null',
    'json-number',
    'empty-204',
    { status: 201, body: { active: true } },
    { status: 202, body: '' },
    { status: 500, body: { active: false } },
    { status: 429, body: { active: false } },
    { status: 503, body: { error: 'invalid_token' } },
  ])('from introspection: %o', async (fault) => {
    await using started = await startWithIntrospection();
    started.idp.fail('introspection', fault);
    expect(await verdictOn(started.connection, started.token)).toMatchObject({ status: 503 });
  });

  it.each<Fault>([
    'json-array',
    'json-null',
    'json-number',
    'empty-200',
    'empty-204',
    'status-401',
    'status-404',
    { status: 200, body: { keys: 'none' } },
    { status: 200, body: { keys: [null] } },
  ])('instead of keys: %o', async (fault) => {
    await using idp = await startStandIn();
    await using connection = await connect(idp);
    idp.fail('jwks', fault);
    const token = idp.signJwt(idp.validClaims({ aud: resource }), { header: { kid: 'broken' } });
    expect(await verdictOn(connection, token)).toMatchObject({ status: 503 });
  });
});

describe('userinfo that decides about a token which something else has looked at', () => {
  const faults = ['refuse', 'status-500', 'html-200', 'json-null', 'redirect-to-other-host'] as const;

  it.each(faults)(
    'is not a verdict on one that introspection calls active, naming nobody: %s',
    async (fault) => {
      await using idp = await startStandIn({
        accessTokens: 'opaque',
        introspection: { answer: ({ sub: _, ...answer }) => answer },
      });
      await using connection = await connect(idp, clientOf(idp));
      idp.fail('userinfo', fault);
      const token = await idp.issueAccessToken({ resource });
      expect(await verdictOn(connection, token)).toMatchObject({ code: 'idp_unavailable', status: 503 });
      expect(idp.requests.count('/elsewhere')).toBe(0);
    },
  );

  it.each(faults)('is not a verdict on a JWT that may be an ID token: %s', async (fault) => {
    await using idp = await startStandIn({ jwtsHonoured: true });
    await using connection = await connect(idp);
    idp.fail('userinfo', fault);
    const claims = idp.validClaims({ aud: resource, at_hash: '77QmUPtjPfzWtF2AnpK9RQ' });
    const token = idp.signJwt(claims, { header: { typ: undefined } });
    expect(await verdictOn(connection, token)).toMatchObject({ code: 'idp_unavailable', status: 503 });
    expect(idp.requests.count('/elsewhere')).toBe(0);
  });
});

describe('a user whose id was lost on the way', () => {
  it.each([
    ['a byte that is not UTF-8', Buffer.from('{"sub":"ad\xe9"}', 'latin1')],
    ['half a character', Buffer.from('{"sub":"ad\\ud83d"}')],
  ])('is nobody: %s', async (_, body) => {
    await using stack = new AsyncDisposableStack();
    const idp = stack.use(
      await startStandIn({
        accessTokens: 'opaque',
        resource: 'ignored',
        userinfoAnswer: () => ({ status: 200, body }),
      }),
    );
    await using connection = await connect(idp, { TEST_AUDIENCE: '*' });
    expect(await verdictOn(connection, await idp.issueAccessToken())).toMatchObject({
      code: 'subject_missing',
      status: 401,
    });
  });
});

describe('an answer without end', () => {
  it.each(['huge', 'gzip-bomb'] as const)('is not read: %s', async (fault) => {
    await using started = await startWithUserinfo();
    const { idp, connection, token } = started;
    idp.fail('userinfo', fault);
    const before = process.memoryUsage.rss();
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss());
    }, 5);
    // Four at a time: the fifth failure would have the rest not asked at all.
    const verdicts = await Promise.all(Array.from({ length: 4 }, () => verdictOn(connection, token)));
    clearInterval(watch);
    for (const { status, logMessage } of verdicts) {
      expect(status).toBe(503);
      expect(logMessage).toContain('more than 65536 bytes');
    }
    expect(most - before).toBeLessThan(100 * 1024 * 1024);
  });
});

describe('a redirect', () => {
  const statuses = [300, 301, 302, 303, 304, 307, 308];

  it.each(statuses)('by %i takes no token and no secret anywhere', async (status) => {
    await using elsewhere = await startStandIn();
    await using userinfo = await startWithUserinfo();
    await using introspection = await startWithIntrospection();
    const fault = { status, headers: { location: `${elsewhere.origin}/elsewhere` }, body: '' };
    userinfo.idp.fail('userinfo', fault);
    introspection.idp.fail('introspection', fault);
    expect(await verdictOn(userinfo.connection, userinfo.token)).toMatchObject({ status: 503 });
    expect(await verdictOn(introspection.connection, introspection.token)).toMatchObject({ status: 503 });
    expect(elsewhere.requests).toHaveLength(0);
  });

  it('takes nobody to other keys', async () => {
    await using attacker = await startStandIn();
    await using idp = await startStandIn();
    await using connection = await connect(idp);
    idp.fail('jwks', { status: 302, headers: { location: attacker.jwksUrl }, body: '' });
    const forged = attacker.signJwt(idp.validClaims({ aud: resource }));
    expect(await verdictOn(connection, forged)).toMatchObject({ status: 503 });
    expect(attacker.requests).toHaveLength(0);
  });

  it('takes nobody to other metadata', async () => {
    await using attacker = await startStandIn({
      transformMetadata: (document) => ({ ...document, issuer: idp.issuer }),
    });
    await using idp = await startStandIn();
    idp.fail('metadata', { status: 302, headers: { location: attacker.discoveryUrl ?? '' }, body: '' });
    await expect(connect(idp)).rejects.toMatchObject({
      code: 'configuration_invalid',
      message: expect.stringContaining(`redirects (302) to ${attacker.discoveryUrl}`),
    });
    expect(attacker.requests).toHaveLength(0);
  });
});

describe('the audience', () => {
  it('is compared in either case of ASCII letters, and of no others', async () => {
    await using idp = await startStandIn();
    await using connection = await connect(idp, { TEST_AUDIENCE: 'https://ask.example/mcp' });
    const withAudience = (aud: string) => idp.signJwt(idp.validClaims({ aud }));
    expect((await connection.verifyAccessToken(withAudience('HTTPS://ASK.example/mcp'))).subject).toBe('ada');
    // Unicode makes a k of the Kelvin sign in lower case.
    expect(await verdictOn(connection, withAudience('https://as\u212a.example/mcp'))).toMatchObject({
      code: 'audience_mismatch',
    });
  });
});
