import { once } from 'node:events';
import { createServer } from 'node:http';
import { startStandIn, verdictOn } from '@mcp-whoami/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createIdpRequester } from '../src/circuit-breaker.ts';
import { connect } from './test-provider.ts';

describe('a dead endpoint of the IdP', () => {
  it.each(['reset-mid-body', 'huge', 'gzip-bomb', 'no-http'] as const)(
    'is not asked by every call when it answers in part: %s',
    async (fault) => {
      await using idp = await startStandIn({ accessTokens: 'opaque', resource: 'ignored' });
      await using connection = await connect(idp, { TEST_AUDIENCE: '*' });
      const token = await idp.issueAccessToken();
      idp.fail('userinfo', fault);
      for (let call = 0; call < 20; call += 1) await verdictOn(connection, token);
      expect(idp.requests.count('userinfo')).toBe(5);
    },
  );

  it('is not asked by every call, and serves again soon after it is back', async () => {
    await using idp = await startStandIn({ accessTokens: 'opaque', resource: 'ignored' });
    await using connection = await connect(idp, { TEST_AUDIENCE: '*' });
    const token = await idp.issueAccessToken();
    idp.fail('userinfo', 'refuse');
    for (let call = 0; call < 20; call += 1) {
      expect(await verdictOn(connection, token)).toMatchObject({ code: 'idp_unavailable', status: 503 });
    }
    expect(idp.requests.count('userinfo')).toBe(5);
    idp.recover();
    await expect
      .poll(
        () =>
          connection.verifyAccessToken(token).then(
            ({ subject }) => subject,
            () => 'undecided',
          ),
        {
          timeout: 15_000,
          interval: 500,
        },
      )
      .toBe('ada');
  });

  it('holds no call for its time-out once others have waited for it, also while one tries it again', async () => {
    await using idp = await startStandIn({ accessTokens: 'opaque', resource: 'ignored' });
    await using connection = await connect(idp, { TEST_AUDIENCE: '*' });
    const token = await idp.issueAccessToken();
    idp.fail('userinfo', 'hang');
    const timed = async () => {
      const asked = performance.now();
      expect(await verdictOn(connection, token)).toMatchObject({ code: 'idp_unavailable', status: 503 });
      return performance.now() - asked;
    };
    expect(Math.max(...(await Promise.all(Array.from({ length: 5 }, timed))))).toBeGreaterThan(4_000);

    const quick = 1_000;
    for (let call = 0; call < 100; call += 1) expect(await timed()).toBeLessThan(quick);
    expect(idp.requests.count('userinfo')).toBe(5);

    // After its rest one call tries the endpoint, and waits; the others do not wait with it.
    let trial: Promise<number> | undefined;
    await expect
      .poll(
        () => {
          trial = timed();
          return Promise.race([trial, new Promise((resolve) => setTimeout(resolve, quick, 'waits'))]);
        },
        { timeout: 15_000, interval: 100 },
      )
      .toBe('waits');
    const beside = await Promise.all(Array.from({ length: 100 }, timed));
    expect(Math.max(...beside)).toBeLessThan(quick);
    expect(idp.requests.count('userinfo')).toBe(6);
    await trial;
  });

  it.each(['status-500', 'redirect', 'html-200'] as const)(
    'that answers, if only with %s, is asked again at once',
    async (fault) => {
      await using idp = await startStandIn({ accessTokens: 'opaque', resource: 'ignored' });
      await using connection = await connect(idp, { TEST_AUDIENCE: '*' });
      const token = await idp.issueAccessToken();
      idp.fail('userinfo', fault, { times: 20 });
      for (let call = 0; call < 20; call += 1) await verdictOn(connection, token);
      expect((await connection.verifyAccessToken(token)).subject).toBe('ada');
    },
  );
});

it('an endpoint that answers is not shut by requests that waited too long for their turn', async () => {
  const latency = 200;
  const server = createServer((_, response) => void setTimeout(() => response.end('{}'), latency));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
  const ask = createIdpRequester();
  // The last of them get their turn when hardly any of their time is left.
  const crowd = Array.from({ length: 1_000 }, () => ask(url, { timeout: 5 * latency }));
  const outcomes = await Promise.allSettled(crowd);
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['fulfilled', 'rejected']));
  expect((await ask(url)).status).toBe(200);
});
