import { startStandIn, verdictOn } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { connect } from './test-provider.ts';

describe('a dead endpoint of the IdP', () => {
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

  it.each(['status-500', 'redirect', 'html-200', 'huge'] as const)(
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
