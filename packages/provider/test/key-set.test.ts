import { ada, type Fault, startStandIn } from '@mcp-whoami/testkit';
import { verdictOn } from '@mcp-whoami/testkit/provider-suite';
import { describe, expect, it, vi } from 'vitest';
import type { Caller } from '../src/index.ts';
import { holdTimers, pass } from './clock.ts';
import { connect, resource } from './test-provider.ts';

/** How many times the keys are asked for at will; then once a cooldown. */
const atWill = 10;

const start = async (environment: Record<string, string> = {}) => {
  await using stack = new AsyncDisposableStack();
  const idp = stack.use(await startStandIn());
  const connection = stack.use(await connect(idp, environment, { userinfoRole: 'none' }));
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

describe('the keys of an issuer', () => {
  it('are asked for once by many calls', async () => {
    await using idp = await start();
    const subjects = await Promise.all(Array.from({ length: 50 }, () => idp.subjectOf(idp.goodToken())));
    expect(new Set(subjects)).toEqual(new Set([ada.sub]));
    expect(idp.keyRequests()).toBe(1);
  });

  it('are asked for a few times by unknown key ids, and then once a cooldown', async () => {
    await using started = await start();
    let sent = 0;
    const codesOfFlood = async () => {
      const verdicts = Array.from({ length: 100 }, () => {
        sent += 1;
        return verdictOn(started.connection, started.tokenWithKeyId(`unknown-${sent}`));
      });
      return new Set((await Promise.all(verdicts)).map(({ code }) => code));
    };
    pass(0);
    await started.subjectOf(started.goodToken());
    for (let flood = 0; flood < atWill; flood += 1) await codesOfFlood();
    // The first of them, and those at will.
    expect(started.keyRequests()).toBe(atWill);
    // Of what may not be looked for nothing is known.
    expect(await codesOfFlood()).toEqual(new Set(['idp_unavailable']));
    pass(1);
    await codesOfFlood();
    expect(started.keyRequests()).toBe(atWill);
    pass(9);
    await codesOfFlood();
    expect(started.keyRequests()).toBe(atWill + 1);
  });

  it('that are new are found for others though one caller looks for unknown ones without end', async () => {
    await using started = await start();
    pass(0);
    await started.subjectOf(started.goodToken());
    let sent = 0;
    const ask = (token: string, caller: Caller) =>
      started.connection.verifyAccessToken(token, { caller }).then(
        ({ subject }) => subject,
        ({ code }) => code,
      );
    const flood = async () => {
      for (let times = 0; times < 20; times += 1) {
        sent += 1;
        // One site, however many networks it has.
        await ask(started.tokenWithKeyId(`unknown-${sent}`), [`2001:db8:1:${sent}`, '2001:db8:1']);
      }
    };
    for (let rotation = 0; rotation < 5; rotation += 1) {
      await flood();
      await started.idp.rotateKeys();
      expect(await ask(started.goodToken(), '2001:db8:1')).toBe('idp_unavailable');
      expect(await ask(started.goodToken(), `203.0.113.${rotation}`)).toBe(ada.sub);
    }
    // What many looked for together is bounded too.
    const before = started.keyRequests();
    for (let index = 0; index < 100; index += 1) {
      await ask(started.tokenWithKeyId(`of-many-${index}`), `198.51.100.${index}`);
    }
    expect(started.keyRequests()).toBe(before);
  });

  it('that are new are found for a caller though those whom nothing tells apart look for unknown ones', async () => {
    await using started = await start();
    pass(0);
    await started.subjectOf(started.goodToken());
    for (let index = 0; index < 30; index += 1) {
      const token = started.tokenWithKeyId(`unknown-${index}`);
      await started.connection.verifyAccessToken(token, { caller: [] }).catch(() => undefined);
    }
    await started.idp.rotateKeys();
    const verdict = await started.connection.verifyAccessToken(started.goodToken(), {
      caller: '203.0.113.1',
    });
    expect(verdict.subject).toBe(ada.sub);
  });

  it('that were looked for and are not there are refused at once for a cooldown', async () => {
    await using started = await start();
    const token = started.tokenWithKeyId('unknown');
    for (let call = 0; call < 20; call += 1) {
      expect(await verdictOn(started.connection, token)).toMatchObject({ code: 'unknown_key', status: 401 });
    }
    expect(started.keyRequests()).toBe(1);
    pass(11);
    await verdictOn(started.connection, token);
    expect(started.keyRequests()).toBe(2);
  });

  it('that came later are found at once though tokens with unknown ones were sent just before', async () => {
    await using started = await start();
    await started.subjectOf(started.goodToken());
    for (const kid of ['one', 'two', 'three']) {
      await verdictOn(started.connection, started.tokenWithKeyId(kid));
    }
    await started.idp.rotateKeys();
    expect(await started.subjectOf(started.goodToken())).toBe(ada.sub);
  });

  it('that came later are undecided, never refused, until they may be asked for again', async () => {
    await using started = await start();
    await started.subjectOf(started.goodToken());
    for (let index = 0; index < 2 * atWill; index += 1) {
      await verdictOn(started.connection, started.tokenWithKeyId(`unknown-${index}`));
    }
    await started.idp.rotateKeys();
    const token = started.goodToken();
    const verdict = await verdictOn(started.connection, token);
    expect(verdict).toMatchObject({ code: 'idp_unavailable', status: 503 });
    expect(Number(verdict.headers['Retry-After'])).toBeGreaterThanOrEqual(9);
    expect(Number(verdict.headers['Retry-After'])).toBeLessThanOrEqual(10);
    pass(11);
    expect(await started.subjectOf(token)).toBe(ada.sub);
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
    // The first of them, and those at will, one of which came back meanwhile.
    expect(started.keyRequests()).toBe(atWill + 1);
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
    // That of the first, and one for those who came when it had begun.
    expect(started.keyRequests()).toBe(3);
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

  it('go on to serve while newer ones cannot be fetched', async () => {
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

  it('serve no longer than <P>_KEYS_MAX_AGE_SECONDS says, which the log then names', async () => {
    await using started = await start({ TEST_KEYS_MAX_AGE_SECONDS: '60' });
    const token = started.goodToken();
    await started.subjectOf(token);
    started.idp.fail('jwks', 'status-500');
    pass(59);
    expect(await started.subjectOf(token)).toBe(ada.sub);
    pass(2);
    expect(await verdictOn(started.connection, token)).toMatchObject({
      code: 'idp_unavailable',
      status: 503,
    });
    // The request for newer keys has failed, and no other may be made yet.
    const verdict = await verdictOn(started.connection, token);
    expect(verdict).toMatchObject({ code: 'idp_unavailable', status: 503 });
    expect(verdict.logMessage).toContain('TEST_KEYS_MAX_AGE_SECONDS');
  });
});

describe('a logout token', () => {
  const startWithLogout = async () => {
    await using stack = new AsyncDisposableStack();
    const idp = stack.use(await startStandIn());
    const connection = stack.use(
      await connect(idp, { TEST_LOGOUT_CLIENT_IDS: 'mcp-client' }, { userinfoRole: 'none' }),
    );
    const logoutToken = (changes: Record<string, unknown> = {}, header = {}) => {
      const now = Math.floor(Date.now() / 1000);
      const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
      const claims = { iss: idp.issuer, aud: 'mcp-client', iat: now, exp: now + 120, jti: 'one', events };
      return idp.signJwt(
        { ...claims, sub: ada.sub, ...changes },
        { header: { typ: 'logout+jwt', ...header } },
      );
    };
    const owned = stack.move();
    return { idp, connection, logoutToken, [Symbol.asyncDispose]: () => owned.disposeAsync() };
  };

  it('that is signed by a new key waits until that may be asked for', async () => {
    await using started = await startWithLogout();
    const { idp, connection, logoutToken } = started;
    for (let index = 0; index < 2 * atWill; index += 1) {
      await verdictOn(
        connection,
        idp.signJwt(idp.validClaims({ aud: resource }), { header: { kid: `unknown-${index}` } }),
      );
    }
    await idp.rotateKeys();
    const token = idp.signJwt(idp.validClaims({ aud: resource }));
    expect(await verdictOn(connection, token)).toMatchObject({ status: 503 });

    holdTimers();
    const loggedOut = connection.backchannelLogout?.(logoutToken());
    await expect.poll(() => vi.getTimerCount()).toBeGreaterThan(0);
    await vi.advanceTimersByTimeAsync(10_000);
    await loggedOut;
    expect(await verdictOn(connection, token)).toMatchObject({ code: 'revoked' });
  });

  it('of another issuer never makes keys be asked for', async () => {
    await using started = await startWithLogout();
    const { idp, connection, logoutToken } = started;
    for (let index = 0; index < 2 * atWill; index += 1) {
      const foreign = logoutToken({ iss: 'https://elsewhere.example' }, { kid: `unknown-${index}` });
      await expect(connection.backchannelLogout?.(foreign)).rejects.toMatchObject({ status: 400 });
    }
    expect(idp.requests.count('jwks')).toBe(0);
  });
});
