import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ada, grace, startStandIn } from '@mcp-whoami/testkit';
import { verdictOn } from '@mcp-whoami/testkit/provider-suite';
import { describe, expect, it } from 'vitest';
import { pass } from './clock.ts';
import { clientOf, connect, resource } from './test-provider.ts';

/** An IdP that is asked about every token, and a connection that remembers what it said. */
const start = async (environment: Record<string, string> = {}) => {
  await using stack = new AsyncDisposableStack();
  const idp = stack.use(await startStandIn({ accessTokens: 'opaque', introspection: true }));
  const connection = stack.use(
    await connect(
      idp,
      { ...clientOf(idp), TEST_TOKEN_CACHE_SECONDS: '10', ...environment },
      { userinfoRole: 'none' },
    ),
  );
  const owned = stack.move();
  return { idp, connection, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};

/** Bytes that live objects take. */
const heapInUse = () => {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
};

describe('a verdict', () => {
  it('is asked for once by 200 concurrent calls with one token', async () => {
    await using started = await start();
    const token = await started.idp.issueAccessToken({ resource });
    const infos = await Promise.all(
      Array.from({ length: 200 }, () => started.connection.verifyAccessToken(token)),
    );
    expect(new Set(infos.map(({ subject }) => subject))).toEqual(new Set([ada.sub]));
    expect(started.idp.requests.count('introspection')).toBe(1);
  });

  it('is asked for at most once a token by 1,000 calls with 100 tokens', async () => {
    await using started = await start();
    const tokens = await Promise.all(
      Array.from({ length: 100 }, () => started.idp.issueAccessToken({ resource })),
    );
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(
        tokens.map(async (token) => {
          expect((await started.connection.verifyAccessToken(token)).token).toBe(token);
        }),
      );
    }
    expect(started.idp.requests.count('introspection')).toBe(100);
  });

  it('is asked for again after its lifetime, so a revoked token is refused then', async () => {
    await using started = await start();
    pass(0);
    const token = await started.idp.issueAccessToken({ resource });
    await started.connection.verifyAccessToken(token);
    await started.idp.revoke(token);
    pass(9);
    expect((await started.connection.verifyAccessToken(token)).subject).toBe(ada.sub);
    pass(2);
    expect(await verdictOn(started.connection, token)).toMatchObject({ code: 'inactive' });
  });

  it.each(['accepts', 'refuses'])('that %s is asked for again when the clock was set back', async (kind) => {
    await using started = await start();
    pass(0);
    const token = kind === 'accepts' ? await started.idp.issueAccessToken({ resource }) : 'unknown';
    const judge = () => started.connection.verifyAccessToken(token).catch(() => undefined);
    await judge();
    pass(-3_600);
    await judge();
    expect(started.idp.requests.count('introspection')).toBe(2);
  });

  it('never outlives the token', async () => {
    await using started = await start({ TEST_TOKEN_CACHE_SECONDS: '60' });
    pass(0);
    const token = await started.idp.issueAccessToken({ resource, lifetime: 5 });
    await started.connection.verifyAccessToken(token);
    pass(6);
    expect((await verdictOn(started.connection, token)).status).toBe(401);
  });

  it('that refuses is remembered for seconds only', async () => {
    await using started = await start();
    pass(0);
    await verdictOn(started.connection, 'unknown');
    await verdictOn(started.connection, 'unknown');
    expect(started.idp.requests.count('introspection')).toBe(1);
    pass(6);
    await verdictOn(started.connection, 'unknown');
    expect(started.idp.requests.count('introspection')).toBe(2);
  });

  it('that is undecided is not remembered', async () => {
    await using started = await start();
    const token = await started.idp.issueAccessToken({ resource });
    started.idp.fail('introspection', 'status-500', { times: 1 });
    expect((await verdictOn(started.connection, token)).status).toBe(503);
    expect((await started.connection.verifyAccessToken(token)).subject).toBe(ada.sub);
  });

  it('is asked for at each call when the lifetime is 0', async () => {
    await using started = await start({ TEST_TOKEN_CACHE_SECONDS: '0' });
    const token = await started.idp.issueAccessToken({ resource });
    await started.connection.verifyAccessToken(token);
    await started.connection.verifyAccessToken(token);
    expect(started.idp.requests.count('introspection')).toBe(2);
  });

  it('is not pushed out by another user, whose tokens are many and whose claims are large', async () => {
    await using started = await start({ TEST_TOKEN_CACHE_SECONDS: '60' });
    const { idp, connection } = started;
    const token = await idp.issueAccessToken({ resource });
    await connection.verifyAccessToken(token);
    const claims = { active: true, sub: grace.sub, aud: resource, padding: 'a'.repeat(50_000) };
    idp.fail('introspection', { status: 200, body: claims });
    for (let index = 0; index < 400; index += 1) await connection.verifyAccessToken(`large-${index}`);
    const asked = idp.requests.count('introspection');
    await connection.verifyAccessToken(token);
    await connection.verifyAccessToken('large-399');
    expect(idp.requests.count('introspection')).toBe(asked);
  });

  it('of a good token survives a flood of bad ones, in bounded memory', async () => {
    await using started = await start({ TEST_TOKEN_CACHE_SECONDS: '60' });
    const token = await started.idp.issueAccessToken({ resource });
    await started.connection.verifyAccessToken(token);
    started.idp.fail('introspection', { status: 200, body: { active: false } });
    const before = heapInUse();
    for (let flood = 0; flood < 20_000; flood += 200) {
      await Promise.all(
        Array.from({ length: 200 }, (_, index) =>
          started.connection
            .verifyAccessToken(`garbage-${flood + index}`, { caller: `caller ${flood}` })
            .catch(() => undefined),
        ),
      );
      started.idp.requests.clear();
    }
    expect(heapInUse() - before).toBeLessThan(64 * 1024 * 1024);
    await started.connection.verifyAccessToken(token);
    expect(started.idp.requests.count('introspection')).toBe(0);
  });
});
