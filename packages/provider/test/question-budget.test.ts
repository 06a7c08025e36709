import { ada, type Fault, startStandIn } from '@mcp-whoami/testkit';
import { describe, expect, it, vi } from 'vitest';
import type { Caller } from '../src/index.ts';
import { pass } from './clock.ts';
import { clientOf, connect, resource } from './test-provider.ts';

/** How many tokens of nobody a caller may have asked about in ten seconds, and how many the network around it. */
const bound = 500;
const boundOfNetwork = 2_000;
/** How many questions about new tokens are under way at once: of a caller, of its network, of strangers. */
const atOnce = { caller: 16, network: 24, strangers: 32 };

const inactive: Fault = { status: 200, body: { active: false } };

const start = async (lifetime = '10') => {
  await using stack = new AsyncDisposableStack();
  const idp = stack.use(await startStandIn({ accessTokens: 'opaque', introspection: true }));
  const connection = stack.use(
    await connect(idp, { ...clientOf(idp), TEST_TOKEN_CACHE_SECONDS: lifetime }, { userinfoRole: 'none' }),
  );
  let garbage = 0;
  /** Bad tokens, to which the IdP says no in no time. */
  const flood = async (caller: Caller, size: number, answer: Fault = inactive) => {
    // The window stands still, however long this takes.
    if (!vi.isFakeTimers()) pass(0);
    idp.fail('introspection', answer);
    const codes = new Set<string>();
    for (let sent = 0; sent < size; sent += 50) {
      const verdicts = Array.from({ length: 50 }, () => {
        garbage += 1;
        return connection.verifyAccessToken(`garbage ${garbage}`, { caller }).catch(({ code }) => code);
      });
      for (const code of await Promise.all(verdicts)) codes.add(code);
    }
    idp.recover();
    return codes;
  };
  const subjectOf = async (token: string, caller: Caller) =>
    (await connection.verifyAccessToken(token, { caller })).subject;
  const questions = () => idp.requests.count('introspection');
  const owned = stack.move();
  return { idp, connection, flood, subjectOf, questions, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};

describe('a caller that sends only bad tokens', () => {
  it('has a bounded number of them asked about, and more after a while', async () => {
    await using started = await start();
    expect(await started.flood('mallory', 3 * bound)).toEqual(new Set(['inactive', 'rate_limited']));
    expect(started.questions()).toBeGreaterThanOrEqual(bound);
    expect(started.questions()).toBeLessThan(bound + 50);
    // Nothing is known of one more, so it is not called bad.
    const refused = await started.connection
      .verifyAccessToken('one more', { caller: 'mallory' })
      .catch((error) => error);
    expect(refused).toMatchObject({ code: 'rate_limited', status: 429 });
    expect(Number(refused.headers['Retry-After'])).toBeGreaterThan(0);
    expect(Number(refused.headers['Retry-After'])).toBeLessThanOrEqual(10);
    expect(refused.logMessage).toContain('TRUSTED_PROXIES');

    pass(11);
    expect(await started.flood('mallory', 50)).toEqual(new Set(['inactive']));

    // Nor does it wait for longer when the clock is set back.
    expect(await started.flood('mallory', 2 * bound)).toContain('rate_limited');
    pass(-3_600);
    expect(await started.flood('mallory', 50)).toEqual(new Set(['inactive']));
  });

  it('is told what is left of the window', async () => {
    await using started = await start();
    await started.flood('mallory', 2 * bound);
    pass(7);
    const refused = await started.connection
      .verifyAccessToken('one more', { caller: 'mallory' })
      .catch((error) => error);
    expect(refused.headers['Retry-After']).toBe('3');
  });

  it('has them counted for the network around it too, with a larger bound', async () => {
    await using started = await start();
    for (let site = 0; site < 50; site += 1) {
      await started.flood([`2001:db8:1:${site}`, '2001:db8:1'], 50);
    }
    expect(started.questions()).toBeGreaterThanOrEqual(boundOfNetwork);
    expect(started.questions()).toBeLessThan(boundOfNetwork + 50);
    expect(await started.flood(['2001:db8:2:0', '2001:db8:2'], 50)).toEqual(new Set(['inactive']));
  });

  it.each<Fault>(['redirect', 'huge', 'status-429'])(
    'has a bounded number asked about too where the IdP has no use for them: %s',
    async (fault) => {
      await using started = await start();
      await started.flood('mallory', 2 * bound, fault);
      expect(started.questions()).toBeLessThan(bound + 50);
    },
  );

  it('has a bounded number asked about at once, whatever the IdP takes', async () => {
    await using started = await start();
    started.idp.fail('introspection', 'hang');
    const asked = Array.from({ length: 200 }, (_, index) =>
      started.connection
        .verifyAccessToken(`garbage ${index}`, { caller: 'mallory' })
        .catch((error) => error.code),
    );
    await expect.poll(started.questions).toBe(atOnce.caller);
    // Another one's question does not wait for them.
    started.idp.fail('introspection', { status: 200, body: { active: true, sub: 'ada', aud: resource } });
    expect(await started.subjectOf('good', 'ada')).toBe(ada.sub);
    await Promise.all(asked);
  });

  it('costs another caller nothing, nor tokens that were accepted before', async () => {
    await using started = await start('1');
    const [known, fresh] = [
      await started.idp.issueAccessToken({ resource }),
      await started.idp.issueAccessToken({ resource }),
    ];
    await started.subjectOf(known, 'mallory');
    await started.flood('mallory', bound + 50);
    // Its verdict has aged, so the IdP is asked again.
    pass(2);
    started.idp.requests.clear();
    expect(await started.subjectOf(known, 'mallory')).toBe(ada.sub);
    expect(started.questions()).toBe(1);
    expect(await started.subjectOf(fresh, 'ada')).toBe(ada.sub);
    const verdict = started.connection.verifyAccessToken('one of another', { caller: 'ada' });
    await expect(verdict).rejects.toMatchObject({ code: 'inactive' });
  });

  it('is held up with a token that was accepted once and is refused since', async () => {
    await using started = await start('0');
    const token = await started.idp.issueAccessToken({ resource });
    await started.subjectOf(token, 'mallory');
    await started.idp.revoke(token);
    await expect(started.subjectOf(token, 'mallory')).rejects.toMatchObject({ code: 'inactive' });
    await started.flood('mallory', bound + 50);
    await expect(started.subjectOf(token, 'mallory')).rejects.toMatchObject({ code: 'rate_limited' });
  });

  it('spends nothing with good tokens', async () => {
    await using started = await start();
    const token = await started.idp.issueAccessToken({ resource });
    started.idp.fail('introspection', { status: 200, body: { active: true, sub: 'ada', aud: resource } });
    for (let call = 0; call < 2 * bound; call += 100) {
      const infos = Array.from({ length: 100 }, (_, index) =>
        started.connection.verifyAccessToken(`${token}${call + index}`, { caller: 'ada' }),
      );
      expect((await Promise.all(infos)).length).toBe(100);
    }
  });
});

describe('strangers, from however many addresses', () => {
  it('hold only a part of the turns: callers and tokens that were accepted before have the others', async () => {
    await using started = await start('0');
    const token = await started.idp.issueAccessToken({ resource });
    await started.subjectOf(token, 'ada');
    started.idp.fail('introspection', 'hang');
    started.idp.requests.clear();
    const asked = Array.from({ length: 300 }, (_, index) =>
      started.connection
        .verifyAccessToken(`new ${index}`, { caller: `caller ${index}` })
        .catch((error) => error.code),
    );
    await expect.poll(started.questions).toBe(atOnce.strangers);
    started.idp.recover();
    expect(await started.subjectOf(token, 'another')).toBe(ada.sub);
    // A new token of one whose last was good, as after a refresh.
    expect(await started.subjectOf(await started.idp.issueAccessToken({ resource }), 'ada')).toBe(ada.sub);
    await Promise.all(asked);
  });

  it('of one network hold a part of that', async () => {
    await using started = await start('0');
    started.idp.fail('introspection', 'hang');
    const asked = Array.from({ length: 300 }, (_, index) =>
      started.connection
        .verifyAccessToken(`new ${index}`, { caller: [`2001:db8:1:${index}`, '2001:db8:1'] })
        .catch((error) => error.code),
    );
    await expect.poll(started.questions).toBe(atOnce.network);
    started.idp.recover();
    const token = await started.idp.issueAccessToken({ resource });
    expect(await started.subjectOf(token, ['2001:db8:2:0', '2001:db8:2'])).toBe(ada.sub);
    await Promise.all(asked);
  });

  it('are all told that the IdP cannot be asked when it hangs', async () => {
    await using started = await start();
    started.idp.fail('introspection', 'hang');
    const asked = Array.from({ length: 300 }, (_, index) =>
      started.connection
        .verifyAccessToken(`new ${index}`, { caller: `caller ${index}` })
        .catch((error) => error.code),
    );
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['idp_unavailable']));
    expect(started.questions()).toBeLessThan(3 * atOnce.strangers);
  });
});
