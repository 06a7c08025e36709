import { ada, type Fault, startStandIn, verdictOn } from '@mcp-whoami/testkit';
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
    pass(1);
    await flood();
    expect(started.keyRequests()).toBe(2);
    pass(11);
    await flood();
    pass(1);
    await flood();
    expect(started.keyRequests()).toBe(3);
  });

  it.each<[string, Fault]>([
    ['the connection fails', 'refuse'],
    ['the answer is 429', 'status-429'],
    ['the answer is 404', 'status-404'],
    ['the answer is 500', 'status-500'],
    ['the answer is a redirect', 'redirect'],
    ['the answer is HTML', 'html-200'],
    ['the answer has no keys', { status: 200, body: { keys: [] } }],
  ])('are asked for a bounded number of times by unknown key ids while %s', async (_, fault) => {
    await using started = await start();
    const good = started.goodToken();
    await started.subjectOf(good);
    pass(11);
    started.idp.fail('jwks', fault);
    for (let index = 0; index < 30; index += 1) {
      const verdict = await verdictOn(started.connection, started.tokenWithKeyId(`unknown-${index}`));
      expect(verdict).toMatchObject({ code: 'idp_unavailable', status: 503 });
    }
    expect(started.keyRequests()).toBe(2);
    expect(await started.subjectOf(good)).toBe(ada.sub);
  });

  it('that came later are found by the key id of the first token they signed', async () => {
    await using started = await start();
    await started.subjectOf(started.goodToken());
    await started.idp.rotateKeys();
    expect(await started.subjectOf(started.goodToken())).toBe(ada.sub);
    expect(started.keyRequests()).toBe(2);
  });

  it('that came later are found though the clock was an hour ahead and is set right', async () => {
    await using started = await start();
    pass(3600);
    // With this the first keys are fetched and refreshed.
    expect(await verdictOn(started.connection, started.tokenWithKeyId('unknown'))).toMatchObject({
      code: 'unknown_key',
    });
    pass(-3600);
    await started.idp.rotateKeys();
    expect(await started.subjectOf(started.goodToken())).toBe(ada.sub);
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

  it('that are gone are noticed by the first calls after a long silence, all of them', async () => {
    await using started = await start();
    const old = started.idp.signJwt(
      started.idp.validClaims({ aud: resource, exp: Date.now() / 1000 + 7200 }),
    );
    await started.subjectOf(old);
    await started.idp.rotateKeys();
    pass(11 * 60);
    const verdicts = await Promise.all([1, 2, 3].map(() => verdictOn(started.connection, old)));
    expect(verdicts.map(({ code }) => code)).toEqual(['unknown_key', 'unknown_key', 'unknown_key']);
    expect(started.keyRequests()).toBe(2);
  });

  it('are waited for by no call once a request for them has failed', async () => {
    await using started = await start();
    const old = started.idp.signJwt(
      started.idp.validClaims({ aud: resource, exp: Date.now() / 1000 + 7200 }),
    );
    await started.subjectOf(old);
    pass(11 * 60);
    started.idp.fail('jwks', 'refuse', { times: 1 });
    expect(await started.subjectOf(old)).toBe(ada.sub);
    pass(11);
    started.idp.fail('jwks', 'hang');
    const asked = performance.now();
    expect(await started.subjectOf(old)).toBe(ada.sub);
    expect(performance.now() - asked).toBeLessThan(2_000);
    await expect.poll(started.keyRequests).toBe(3);
  });

  it('that are none at all say nothing of a token, and take back none that is known', async () => {
    await using started = await start();
    started.idp.fail('jwks', { status: 200, body: { keys: [] } });
    expect(await verdictOn(started.connection, started.goodToken())).toMatchObject({ status: 503 });
    started.idp.recover();
    const token = started.goodToken();
    await started.subjectOf(token);
    started.idp.fail('jwks', { status: 200, body: { keys: [] } });
    pass(11 * 60);
    expect(await started.subjectOf(token)).toBe(ada.sub);
  });

  it('are asked for again when the IdP says, as far as clients are told', async () => {
    await using started = await start();
    started.idp.fail('jwks', 'status-429');
    const error = await started.connection.verifyAccessToken(started.goodToken()).catch((failure) => failure);
    expect(error).toMatchObject({ status: 503, headers: { 'Retry-After': '30' } });
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
