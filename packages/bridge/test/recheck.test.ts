import {
  adaAtEntra,
  adaAtGithub,
  adaAtGoogle,
  type Fault,
  githubRateLimit,
  githubSecondaryRateLimit,
  graceAtGithub,
  startGithubLike,
} from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { startBridge } from './bridge-under-test.ts';
import { refusalOf, registerClient, tokensOf } from './client.ts';
import { days, minutes, pass } from './clock.ts';
import { startFront } from './front.ts';
import { startWithGithub, upstreamOf } from './github.ts';
import { secret, sqliteFile } from './stores.ts';
import { startWithEntra, startWithGoogle } from './upstreams.ts';

const gone = { status: 400, error: 'invalid_grant' };
const withoutCache = { tokenCacheSeconds: 0 };

/** Signs Ada in, and comes back when the IdP is to be asked again. */
const signedInAt = async ({ publicUrl }: { publicUrl: string }, username = 'ada') => {
  const client = await registerClient(publicUrl);
  return { client, tokens: await client.signIn(username) };
};

describe('the question to the IdP at a refresh', () => {
  it('is asked again only when the last answer is 15 minutes old, for each grant', async () => {
    await using bridge = await startWithGithub();
    const { client, tokens } = await signedInAt(bridge);
    const other = await signedInAt(bridge);
    const asked = () => bridge.github.requests.count('user');
    bridge.github.requests.clear();

    pass(minutes(15) - 5);
    const early = await tokensOf(await client.refresh(tokens.refresh_token));
    expect(asked()).toBe(0);
    pass(10);
    const late = await tokensOf(await client.refresh(early.refresh_token));
    expect(asked()).toBe(1);
    pass(minutes(14));
    await tokensOf(await client.refresh(late.refresh_token));
    expect(asked()).toBe(1);
    await tokensOf(await other.client.refresh(other.tokens.refresh_token));
    expect(asked()).toBe(2);
  });

  it('brings what the profile says now', async () => {
    await using bridge = await startWithGithub();
    const { client, tokens } = await signedInAt(bridge);
    bridge.github.change(adaAtGithub, { name: 'Ada King' });
    pass(minutes(16));
    const { access_token: token } = await tokensOf(await client.refresh(tokens.refresh_token));
    await expect(bridge.connection.verifyAccessToken(token)).resolves.toMatchObject({
      claims: { name: 'Ada King' },
    });
  });

  it('is not asked for a refresh token that is unknown, nor for one of another client', async () => {
    await using bridge = await startWithGithub();
    const { tokens } = await signedInAt(bridge);
    const other = await registerClient(bridge.publicUrl, { client_name: 'Another' });
    bridge.github.requests.clear();
    pass(minutes(16));
    expect(await refusalOf(await other.refresh(tokens.refresh_token))).toMatchObject(gone);
    expect(await refusalOf(await other.refresh('unknown'))).toMatchObject(gone);
    expect(bridge.github.requests).toHaveLength(0);
  });
});

type Bridge = Awaited<ReturnType<typeof startWithGithub>>;

describe('a grant ends when at GitHub the person', () => {
  const lapses: [string, string, (bridge: Bridge) => void][] = [
    ['left the organization', 'not_admitted', ({ github }) => github.change(adaAtGithub, { orgs: [] })],
    ['took the access away', 'upstream_refused', ({ github }) => github.revoke(adaAtGithub)],
    ['was suspended', 'upstream_refused', ({ github }) => github.change(adaAtGithub, { disabled: true })],
  ];
  it.each(lapses)('%s', async (_lapse, reason, lapse) => {
    await using bridge = await startWithGithub({
      settings: { ...withoutCache, allowedGroups: ['org:acme'] },
    });
    const { client, tokens } = await signedInAt(bridge);
    const kept = await tokensOf(await client.refresh(tokens.refresh_token));
    lapse(bridge);
    await expect(bridge.connection.verifyAccessToken(kept.access_token)).resolves.toBeDefined();

    pass(minutes(16));
    expect(await refusalOf(await client.refresh(kept.refresh_token))).toMatchObject(gone);

    expect(bridge.logs).toContainEqual(expect.objectContaining({ reason }));
    await expect(bridge.connection.verifyAccessToken(kept.access_token)).rejects.toMatchObject({
      status: 401,
    });
    const asked = bridge.github.requests.length;
    expect(await refusalOf(await client.refresh(kept.refresh_token))).toMatchObject(gone);
    expect(bridge.github.requests).toHaveLength(asked);
  });

  it('is somebody else', async () => {
    await using bridge = await startWithGithub({ settings: withoutCache });
    const { client, tokens } = await signedInAt(bridge);
    bridge.github.fail('user', {
      status: 200,
      body: { id: graceAtGithub.id, login: 'grace', name: null },
    });
    pass(minutes(16));
    expect(await refusalOf(await client.refresh(tokens.refresh_token))).toMatchObject(gone);
    await expect(bridge.connection.verifyAccessToken(tokens.access_token)).rejects.toMatchObject({
      status: 401,
    });
    expect(bridge.logs).toContainEqual(expect.objectContaining({ reason: 'upstream_mismatch' }));
  });
});

it('an ended grant is refused within the time for which a verdict is cached', async () => {
  await using bridge = await startWithGithub({ settings: { tokenCacheSeconds: 2 } });
  const { client, tokens } = await signedInAt(bridge);
  const verify = () => bridge.connection.verifyAccessToken(tokens.access_token);
  await verify();
  await client.revoke(tokens.refresh_token);
  await expect
    .poll(
      () =>
        verify().then(
          () => 'accepted',
          ({ code }) => code,
        ),
      { timeout: 10_000 },
    )
    .toBe('revoked');
});

describe('while GitHub cannot be asked a refresh is 503 and nothing is lost:', () => {
  const faults: [string, Fault][] = [
    ['429', 'status-429'],
    ['500', 'status-500'],
    ['a page of a gateway', 'status-502-html'],
    ['a page that says 200', 'html-200'],
    ['a reset connection', 'reset-mid-body'],
    ['no answer', 'hang'],
    ['its rate limit', githubRateLimit()],
    ['its secondary rate limit', githubSecondaryRateLimit()],
  ];
  it.each(faults)('%s', async (_name, fault) => {
    await using bridge = await startWithGithub({ settings: withoutCache });
    const { client, tokens } = await signedInAt(bridge);
    await outlast(bridge, client, tokens, {
      begin: async () => bridge.github.fail('user', fault),
      end: async () => bridge.github.recover(),
    });
  });

  it('a closed port', async () => {
    await using bridge = await startWithGithub({ settings: withoutCache });
    const { client, tokens } = await signedInAt(bridge);
    await outlast(bridge, client, tokens, {
      begin: bridge.github.stopListening,
      end: bridge.github.listenAgain,
    });
  });

  const outlast = async (
    { connection }: Bridge,
    client: Awaited<ReturnType<typeof registerClient>>,
    tokens: { refresh_token: string; access_token: string },
    outage: { begin: () => Promise<void>; end: () => Promise<void> },
  ) => {
    pass(minutes(16));
    await outage.begin();
    const refused = await refusalOf(await client.refresh(tokens.refresh_token));
    expect(refused).toMatchObject({ status: 503, error: 'temporarily_unavailable' });
    expect(Number(refused.retryAfter)).toBeGreaterThan(0);
    expect(Number(refused.retryAfter)).toBeLessThanOrEqual(60);
    await expect(connection.verifyAccessToken(tokens.access_token)).resolves.toBeDefined();
    await outage.end();
    const one = await tokensOf(await client.refresh(tokens.refresh_token));
    // Not even one use was counted: the second within the grace is permitted still.
    await tokensOf(await client.refresh(tokens.refresh_token));
    await expect(connection.verifyAccessToken(one.access_token)).resolves.toBeDefined();
  };
});

it('a wrong client secret at the IdP is nobody’s lapse', async () => {
  await using bridge = await startWithGithub({}, { app: 'github-app' });
  const { client, tokens } = await signedInAt(bridge);
  bridge.github.fail('token', { status: 200, body: { error: 'incorrect_client_credentials' } });
  pass(minutes(9 * 60));
  expect(await refusalOf(await client.refresh(tokens.refresh_token))).toMatchObject({ status: 503 });
  bridge.github.recover();
  await tokensOf(await client.refresh(tokens.refresh_token));
});

describe('a GitHub App, whose refresh tokens rotate', () => {
  it('goes on for days', async () => {
    await using bridge = await startWithGithub({}, { app: 'github-app' });
    const { client, tokens } = await signedInAt(bridge);
    let { refresh_token: refreshToken } = tokens;
    for (let round = 0; round < 4; round += 1) {
      pass(days(20));
      refreshToken = (await tokensOf(await client.refresh(refreshToken))).refresh_token;
    }
    expect(bridge.github.requests.count('token')).toBe(5);
  });

  it('asks with its access token for as long as that is good', async () => {
    await using bridge = await startWithGithub({}, { app: 'github-app' });
    const { client, tokens } = await signedInAt(bridge);
    pass(minutes(9 * 60));
    const next = await tokensOf(await client.refresh(tokens.refresh_token));
    bridge.github.requests.clear();
    pass(minutes(16));
    await tokensOf(await client.refresh(next.refresh_token));
    expect(bridge.github.requests.count('user')).toBe(1);
    expect(bridge.github.requests.count('token')).toBe(0);
  });

  it('keeps the new one also when the question after it fails', async () => {
    await using bridge = await startWithGithub({}, { app: 'github-app' });
    const { client, tokens } = await signedInAt(bridge);
    pass(minutes(9 * 60));
    for (let attempt = 0; attempt < 3; attempt += 1) {
      bridge.github.fail('user', 'status-500');
      const refused = await refusalOf(await client.refresh(tokens.refresh_token));
      expect(refused).toMatchObject({ status: 503, error: 'temporarily_unavailable' });
    }
    bridge.github.recover();
    await tokensOf(await client.refresh(tokens.refresh_token));
  });

  it('asks once for refreshes that race, and gives both a token', async () => {
    await using bridge = await startWithGithub({}, { app: 'github-app' });
    const { client, tokens } = await signedInAt(bridge);
    bridge.github.requests.clear();
    pass(minutes(9 * 60));
    const answers = await Promise.all([1, 2].map(() => client.refresh(tokens.refresh_token)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(bridge.github.requests.count('token')).toBe(1);
  });
});

describe('Google', () => {
  it('gives no new refresh token at a refresh, and the old one is kept', async () => {
    await using bridge = await startWithGoogle();
    bridge.google.signInAs(adaAtGoogle);
    const { client, tokens } = await signedInAt(bridge);
    let { refresh_token: refreshToken } = tokens;
    for (let round = 0; round < 3; round += 1) {
      pass(minutes(90));
      refreshToken = (await tokensOf(await client.refresh(refreshToken))).refresh_token;
    }
    expect(bridge.google.requests.count('token')).toBe(4);
  });

  it('says at a refresh who left the Workspace', async () => {
    await using bridge = await startWithGoogle({ settings: { allowedGroups: ['example.com'] } });
    bridge.google.signInAs(adaAtGoogle);
    const { client, tokens } = await signedInAt(bridge);
    bridge.google.change(adaAtGoogle, { hd: 'other.example' });
    pass(minutes(16));
    expect(await refusalOf(await client.refresh(tokens.refresh_token))).toMatchObject(gone);
  });

  it.each(['revoke', 'disable'] as const)('is believed when the person is out (%s)', async (how) => {
    await using bridge = await startWithGoogle();
    bridge.google.signInAs(adaAtGoogle);
    const { client, tokens } = await signedInAt(bridge);
    if (how === 'revoke') bridge.google.revoke(adaAtGoogle);
    else bridge.google.change(adaAtGoogle, { disabled: true });
    pass(minutes(16));
    expect(await refusalOf(await client.refresh(tokens.refresh_token))).toMatchObject(gone);
  });

  it.each(['status-429', 'status-500', 'status-502-html', 'hang'] as const)(
    'is not believed while it is down (%s)',
    async (fault) => {
      await using bridge = await startWithGoogle();
      bridge.google.signInAs(adaAtGoogle);
      const { client, tokens } = await signedInAt(bridge);
      pass(minutes(16));
      bridge.google.fail('token', fault);
      expect(await refusalOf(await client.refresh(tokens.refresh_token))).toMatchObject({ status: 503 });
      bridge.google.recover();
      await tokensOf(await client.refresh(tokens.refresh_token));
    },
  );
});

describe('Entra ID', () => {
  it('says at a refresh who left a group', async () => {
    const [group = ''] = adaAtEntra.groups ?? [];
    await using bridge = await startWithEntra({ settings: { allowedGroups: [group] } });
    bridge.entra.signInAs(adaAtEntra);
    const { client, tokens } = await signedInAt(bridge);
    pass(minutes(16));
    const next = await tokensOf(await client.refresh(tokens.refresh_token));
    bridge.entra.change(adaAtEntra, { groups: [] });
    pass(minutes(16));
    expect(await refusalOf(await client.refresh(next.refresh_token))).toMatchObject(gone);
  });

  it.each(['revoke', 'disable'] as const)('is believed when the person is out (%s)', async (how) => {
    await using bridge = await startWithEntra();
    bridge.entra.signInAs(adaAtEntra);
    const { client, tokens } = await signedInAt(bridge);
    if (how === 'revoke') bridge.entra.revoke(adaAtEntra);
    else bridge.entra.change(adaAtEntra, { disabled: true });
    pass(minutes(16));
    expect(await refusalOf(await client.refresh(tokens.refresh_token))).toMatchObject(gone);
  });
});

it('looks at the lists as they are now: who is taken off them is out 15 minutes after the restart at most', async () => {
  await using store = await sqliteFile();
  await using front = await startFront();
  await using github = await startGithubLike({
    redirectUri: `${front.origin}/oauth/callback`,
    signInAs: adaAtGithub,
  });
  const start = async (allowedUsers: string[]) => {
    const settings = { storeUrl: store.url, bridgeSecret: [secret], allowedUsers, ...withoutCache };
    const bridge = await startBridge({ upstream: upstreamOf(github), publicUrl: front.origin, settings });
    front.forwardTo(bridge.origin);
    return bridge;
  };
  const before = await start(['ada@example.com']);
  const { client, tokens } = await signedInAt(before);
  await before[Symbol.asyncDispose]();

  await using after = await start(['grace@example.com']);
  pass(minutes(16));
  expect(await refusalOf(await client.refresh(tokens.refresh_token))).toMatchObject(gone);
  await expect(after.connection.verifyAccessToken(tokens.access_token)).rejects.toMatchObject({
    code: 'revoked',
  });
});
