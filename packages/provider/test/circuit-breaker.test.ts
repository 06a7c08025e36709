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

  it('that answers, if only with 500, is asked again at once', async () => {
    await using idp = await startStandIn({ accessTokens: 'opaque', resource: 'ignored' });
    await using connection = await connect(idp, { TEST_AUDIENCE: '*' });
    const token = await idp.issueAccessToken();
    idp.fail('userinfo', 'status-500', { times: 20 });
    for (let call = 0; call < 20; call += 1) await verdictOn(connection, token);
    expect((await connection.verifyAccessToken(token)).subject).toBe('ada');
  });
});
