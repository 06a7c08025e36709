import { ada, startStandIn, verdictOn } from '@mcp-whoami/testkit';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { connect, resource } from './test-provider.ts';

const start = async () => {
  await using stack = new AsyncDisposableStack();
  const idp = stack.use(await startStandIn());
  const connection = stack.use(await connect(idp, {}, { userinfoRole: 'none' }));
  const claims = () => idp.validClaims({ aud: resource });
  const subjectOf = async (token: string) => (await connection.verifyAccessToken(token)).subject;
  const owned = stack.move();
  return {
    idp,
    connection,
    goodToken: () => idp.signJwt(claims()),
    tokenWithKeyId: (kid: string) => idp.signJwt(claims(), { header: { kid } }),
    subjectOf,
    keyRequests: () => idp.requests.count('jwks'),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
};

/** Lets the clocks run on by seconds. */
const pass = (seconds: number) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });
  onTestFinished(() => void vi.useRealTimers());
};

describe('the keys of an issuer', () => {
  it('are asked for once by many calls', async () => {
    await using idp = await start();
    const subjects = await Promise.all(Array.from({ length: 50 }, () => idp.subjectOf(idp.goodToken())));
    expect(new Set(subjects)).toEqual(new Set([ada.sub]));
    expect(idp.keyRequests()).toBe(1);
  });

  it('are asked for again once a cooldown by unknown key ids, however many', async () => {
    await using started = await start();
    const flood = async () => {
      const verdicts = Array.from({ length: 100 }, (_, index) =>
        verdictOn(started.connection, started.tokenWithKeyId(`unknown-${index}`)),
      );
      expect(new Set((await Promise.all(verdicts)).map(({ code }) => code))).toEqual(
        new Set(['unknown_key']),
      );
    };
    await started.subjectOf(started.goodToken());
    await flood();
    expect(started.keyRequests()).toBe(1);
    pass(11);
    await flood();
    await flood();
    expect(started.keyRequests()).toBe(2);
    pass(11);
    await flood();
    expect(started.keyRequests()).toBe(3);
  });

  it('are asked for a bounded number of times by unknown key ids while they can not be had', async () => {
    await using started = await start();
    const good = started.goodToken();
    await started.subjectOf(good);
    pass(11);
    started.idp.fail('jwks', 'refuse');
    for (let index = 0; index < 30; index += 1) {
      const verdict = await verdictOn(started.connection, started.tokenWithKeyId(`unknown-${index}`));
      expect(verdict).toMatchObject({ code: 'idp_unavailable', status: 503 });
    }
    expect(started.keyRequests()).toBeLessThanOrEqual(1 + 5);
    expect(await started.subjectOf(good)).toBe(ada.sub);
  });

  it('that came later are found by the key id of the first token they signed', async () => {
    await using started = await start();
    await started.subjectOf(started.goodToken());
    pass(11);
    await started.idp.rotateKeys();
    expect(await started.subjectOf(started.goodToken())).toBe(ada.sub);
    expect(started.keyRequests()).toBe(2);
  });

  it('are refreshed in the background as they age, and no call waits for that', async () => {
    await using started = await start();
    await started.subjectOf(started.goodToken());
    pass(6 * 60);
    started.idp.fail('jwks', 'hang', { times: 1 });
    const token = started.goodToken();
    expect(await started.subjectOf(token)).toBe(ada.sub);
    await expect.poll(started.keyRequests).toBe(2);
    expect(await started.subjectOf(token)).toBe(ada.sub);
    expect(started.keyRequests()).toBe(2);
  });

  it('that are gone are noticed by the first call after a long silence', async () => {
    await using started = await start();
    const old = started.idp.signJwt(
      started.idp.validClaims({ aud: resource, exp: Date.now() / 1000 + 7200 }),
    );
    await started.subjectOf(old);
    await started.idp.rotateKeys();
    pass(11 * 60);
    expect((await verdictOn(started.connection, old)).code).toBe('unknown_key');
  });

  it('go on to serve while newer ones can not be had', async () => {
    await using started = await start();
    const exp = Math.floor(Date.now() / 1000) + 24 * 3_600;
    const token = started.idp.signJwt(started.idp.validClaims({ aud: resource, exp }));
    await started.subjectOf(token);
    started.idp.fail('jwks', 'status-500');
    for (const _ of [1, 2, 3]) {
      pass(20 * 60);
      expect(await started.subjectOf(token)).toBe(ada.sub);
    }
    expect(started.keyRequests()).toBeGreaterThan(1);
  });
});
