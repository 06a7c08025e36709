import { ada, startStandIn } from '@mcp-whoami/testkit';
import { verdictOn } from '@mcp-whoami/testkit/provider-suite';
import { describe, expect, it } from 'vitest';
import { pass } from './clock.ts';
import { keepWarnings } from './keep-warnings.ts';
import { connect, resource } from './test-provider.ts';

/** An IdP that takes its own JWTs at userinfo, so that its 401 there is a revocation. */
const start = async (environment: Record<string, string> = {}) => {
  await using stack = new AsyncDisposableStack();
  const idp = stack.use(await startStandIn({ jwtsHonoured: true }));
  const { warnings, logger } = keepWarnings();
  const connection = stack.use(await connect(idp, environment, { userinfoRole: 'revocation' }, logger));
  const owned = stack.move();
  return {
    idp,
    connection,
    warnings,
    issue: () => idp.issueAccessToken({ resource }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
};

describe('a proved token whose revocation the IdP cannot be asked about', () => {
  it.each(['status-429', 'status-500', 'redirect', 'refuse'] as const)(
    'is accepted, and the log says how many are: %s',
    async (fault) => {
      await using started = await start();
      pass(0);
      const token = await started.issue();
      started.idp.fail('userinfo', fault);
      for (let call = 0; call < 20; call += 1) {
        expect((await started.connection.verifyAccessToken(token)).subject).toBe(ada.sub);
      }
      expect(started.warnings.map(({ details }) => details)).toEqual([
        { reason: 'revocation_unchecked', skipped: 1, total: 1 },
      ]);
      pass(11);
      await started.connection.verifyAccessToken(token);
      expect(started.warnings[1]?.details).toMatchObject({ skipped: 20, total: 21 });
      expect(started.warnings[1]?.message).toContain('TEST_REVOCATION=required');
      expect(JSON.stringify(started.warnings)).not.toContain(token);
    },
  );

  it('is undecided where the check is required', async () => {
    await using started = await start({ TEST_REVOCATION: 'required' });
    const token = await started.issue();
    started.idp.fail('userinfo', 'status-429');
    const verdict = await verdictOn(started.connection, token);
    expect(verdict).toMatchObject({ code: 'idp_unavailable', status: 503, headers: { 'Retry-After': '30' } });
    expect(verdict.logMessage).toContain('TEST_REVOCATION=required');
    started.idp.recover();
    expect((await started.connection.verifyAccessToken(token)).subject).toBe(ada.sub);
    await started.idp.revoke(token);
    expect(await verdictOn(started.connection, token)).toMatchObject({ code: 'revoked', status: 401 });
    expect(started.warnings).toEqual([]);
  });
});

it('the question whether a proved token was revoked does not wait for strangers’ tokens', async () => {
  await using started = await start({ TEST_AUDIENCE: '*', TEST_REVOCATION: 'required' });
  const token = await started.issue();
  await started.idp.revoke(token);
  started.idp.fail('userinfo', 'hang');
  const strangers = Array.from({ length: 500 }, (_, index) =>
    started.connection
      .verifyAccessToken(`garbage-${index}`, { caller: `caller ${index}` })
      .catch((error) => error.code),
  );
  await expect.poll(() => started.idp.requests.count('userinfo')).toBe(32);
  started.idp.recover();
  expect(await verdictOn(started.connection, token)).toMatchObject({ code: 'revoked' });
  await Promise.all(strangers);
});

it('the question whether a proved token was revoked is asked though strangers’ tokens had the endpoint shut', async () => {
  await using started = await start({ TEST_AUDIENCE: '*' });
  const { idp, connection, warnings } = started;
  const token = await started.issue();
  await connection.verifyAccessToken(token);
  await idp.revoke(token);
  idp.fail('userinfo', 'refuse');
  for (let index = 0; index < 20; index += 1) await verdictOn(connection, `garbage-${index}`);
  await expect.poll(async () => (await verdictOn(connection, 'garbage')).logMessage).toContain('left alone');
  idp.recover();
  expect((await verdictOn(connection, 'garbage')).logMessage).toContain('left alone');
  expect(await verdictOn(connection, token)).toMatchObject({ code: 'revoked', status: 401 });
  expect(warnings).toEqual([]);
});

it('the questions about one user’s tokens leave turns for those about another’s', async () => {
  await using started = await start({ TEST_REVOCATION: 'required' });
  const token = await started.issue();
  const of = (sub: string) => started.idp.signJwt(started.idp.validClaims({ aud: resource, sub }));
  started.idp.fail('userinfo', 'hang');
  const crowd = Array.from({ length: 150 }, () =>
    started.connection.verifyAccessToken(of('mallory')).catch((error) => error.code),
  );
  await expect.poll(() => started.idp.requests.count('userinfo')).toBe(16);
  started.idp.recover();
  expect((await started.connection.verifyAccessToken(token)).subject).toBe(ada.sub);
  await Promise.all(crowd);
});
