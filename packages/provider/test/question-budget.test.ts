import { ada, startStandIn, verdictOn } from '@mcp-whoami/testkit';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { connect, resource } from './test-provider.ts';

/** How many tokens of nobody a caller may have asked about, in ten seconds. */
const bound = 500;

const start = async () => {
  await using stack = new AsyncDisposableStack();
  const idp = stack.use(await startStandIn({ accessTokens: 'opaque', introspection: true }));
  const { clientId, clientSecret } = idp.introspectionClient;
  const client = { TEST_CLIENT_ID: clientId, TEST_CLIENT_SECRET: clientSecret };
  const connection = stack.use(
    await connect(idp, { ...client, TEST_VERDICT_LIFETIME: '10' }, { userinfoRole: 'none' }),
  );
  const flood = async (caller: string, size: number) => {
    for (let sent = 0; sent < size; sent += 50) {
      await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          connection
            .verifyAccessToken(`garbage of ${caller} ${sent + index}`, { caller })
            .catch(() => undefined),
        ),
      );
    }
  };
  const owned = stack.move();
  return { idp, connection, flood, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};

describe('a caller that sends only bad tokens', () => {
  it('has a bounded number of them asked about, and more after a while', async () => {
    await using started = await start();
    await started.flood('mallory', 3 * bound);
    expect(started.idp.requests.count('introspection')).toBeGreaterThanOrEqual(bound);
    expect(started.idp.requests.count('introspection')).toBeLessThan(bound + 50);
    // Nothing is known of one more, so it is not called bad.
    const verdict = await started.connection
      .verifyAccessToken('one more', { caller: 'mallory' })
      .catch((error) => error);
    expect(verdict).toMatchObject({ code: 'idp_unavailable', status: 503 });
    expect(verdict.logMessage).toContain('one caller');

    started.idp.requests.clear();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11_000 });
    onTestFinished(() => void vi.useRealTimers());
    expect(await verdictOn(started.connection, 'garbage')).toMatchObject({ code: 'inactive' });
  });

  it('has a bounded number asked about at once, whatever the IdP takes', async () => {
    await using started = await start();
    started.idp.fail('introspection', 'hang');
    const asked = Array.from({ length: 200 }, (_, index) =>
      started.connection
        .verifyAccessToken(`garbage ${index}`, { caller: 'mallory' })
        .catch((error) => error.code),
    );
    await expect.poll(() => started.idp.requests.count('introspection')).toBe(32);
    // Another one's question does not wait for them.
    started.idp.fail('introspection', { status: 200, body: { active: true, sub: 'ada', aud: resource } });
    expect((await started.connection.verifyAccessToken('good', { caller: 'ada' })).subject).toBe(ada.sub);
    await Promise.all(asked);
  });

  it('has a bounded number asked about too where the IdP has no usable answer to them', async () => {
    await using started = await start();
    started.idp.fail('introspection', 'redirect');
    await started.flood('mallory', 2 * bound);
    expect(started.idp.requests.count('introspection')).toBeLessThan(bound + 50);
  });

  it('costs another caller nothing, nor tokens that are known already', async () => {
    await using started = await start();
    const [known, fresh] = [
      await started.idp.issueAccessToken({ resource }),
      await started.idp.issueAccessToken({ resource }),
    ];
    await started.connection.verifyAccessToken(known, { caller: 'mallory' });
    await started.flood('mallory', bound + 50);
    expect((await started.connection.verifyAccessToken(known, { caller: 'mallory' })).subject).toBe(ada.sub);
    expect((await started.connection.verifyAccessToken(fresh, { caller: 'ada' })).subject).toBe(ada.sub);
    const verdict = started.connection.verifyAccessToken('one of another', { caller: 'ada' });
    await expect(verdict).rejects.toMatchObject({ code: 'inactive' });
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

describe('the requests to an endpoint of the IdP', () => {
  it('are a bounded number at once', async () => {
    await using started = await start();
    started.idp.fail('introspection', 'hang');
    const asked = Array.from({ length: 300 }, (_, index) =>
      started.connection
        .verifyAccessToken(`new ${index}`, { caller: `caller ${index}` })
        .catch((error) => error.code),
    );
    await expect.poll(() => started.idp.requests.count('introspection')).toBe(64);
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['idp_unavailable']));
    // After the first five that got no answer, the endpoint counts as dead.
    expect(started.idp.requests.count('introspection')).toBeLessThan(64 + 5);
  });
});
