import { adaAtGithub } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { choose, openTab } from './browser.ts';
import { refusalOf, registerClient, tokensOf } from './client.ts';
import { days, minutes, pass } from './clock.ts';
import { startWithGithub } from './github.ts';
import { describeEachStore, secret } from './stores.ts';

const start = (
  settings: { bridgeAccessTokenLifetime?: number; storeUrl?: string; bridgeSecret?: string[] } = {},
) => startWithGithub({ settings: { tokenCacheSeconds: 0, ...settings } }, { signInAs: adaAtGithub });
const gone = { status: 400, error: 'invalid_grant' };

describe('a refresh token', () => {
  it('is good for 30 days after the last one was used, and 90 in all', async () => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    let tokens = await client.signIn('ada');
    for (const day of [29, 29, 29]) {
      pass(days(day));
      tokens = await tokensOf(await client.refresh(tokens.refresh_token));
    }
    pass(days(3) - 30);
    tokens = await tokensOf(await client.refresh(tokens.refresh_token));
    await expect(bridge.connection.verifyAccessToken(tokens.access_token)).resolves.toBeDefined();
    pass(60);
    expect(await refusalOf(await client.refresh(tokens.refresh_token))).toMatchObject(gone);
    // An access token does not outlive its grant.
    await expect(bridge.connection.verifyAccessToken(tokens.access_token)).rejects.toMatchObject({
      status: 401,
    });
  });

  it('is not good after 30 days without use', async () => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    const tokens = await client.signIn('ada');
    pass(days(30) + 5);
    expect(await refusalOf(await client.refresh(tokens.refresh_token))).toMatchObject(gone);
  });

  it('may be used twice in 60 seconds; a third use in that time harms nothing', async () => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    const { refresh_token: used } = await client.signIn('ada');
    const one = await tokensOf(await client.refresh(used));
    pass(50);
    const two = await tokensOf(await client.refresh(used));
    expect(await refusalOf(await client.refresh(used))).toMatchObject(gone);
    for (const { refresh_token: next } of [one, two]) await tokensOf(await client.refresh(next));
  });

  it('ends all that came of it when it is used after 60 seconds', async () => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    const { refresh_token: used } = await client.signIn('ada');
    const next = await tokensOf(await client.refresh(used));
    pass(61);
    expect(await refusalOf(await client.refresh(used))).toMatchObject(gone);
    expect(await refusalOf(await client.refresh(next.refresh_token))).toMatchObject(gone);
    await expect(bridge.connection.verifyAccessToken(next.access_token)).rejects.toMatchObject({
      code: 'revoked',
    });
  });
});

describeEachStore((startStore) => {
  it('a grant is kept for as long as its refresh tokens', async () => {
    await using store = await startStore();
    await using bridge = await start({ storeUrl: store.url, bridgeSecret: [secret] });
    const client = await registerClient(bridge.publicUrl);
    let tokens = await client.signIn('ada');
    for (const day of [29, 29, 29]) {
      pass(days(day));
      tokens = await tokensOf(await client.refresh(tokens.refresh_token));
    }
    await expect(bridge.connection.verifyAccessToken(tokens.access_token)).resolves.toBeDefined();
  });
});

describe('a code', () => {
  it.each([
    [58, 200],
    [62, 400],
  ])('after %i seconds gets a %i', async (seconds, status) => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    const begun = await client.begin();
    const callback = await client.walk(begun, 'ada');
    pass(seconds);
    expect((await client.redeem(callback, begun)).status).toBe(status);
  });
});

describe('an access token', () => {
  it.each([60, 86_400])('is good for the %i seconds that are set', async (lifetime) => {
    await using bridge = await start({ bridgeAccessTokenLifetime: lifetime });
    const client = await registerClient(bridge.publicUrl);
    const tokens = await client.signIn('ada');
    expect(tokens.expires_in).toBe(lifetime);
    pass(lifetime - 10);
    await expect(bridge.connection.verifyAccessToken(tokens.access_token)).resolves.toBeDefined();
    pass(60);
    await expect(bridge.connection.verifyAccessToken(tokens.access_token)).rejects.toMatchObject({
      code: 'expired',
    });
    const next = await tokensOf(await client.refresh(tokens.refresh_token));
    expect(next.expires_in).toBe(lifetime);
  });
});

describe('a sign-in', () => {
  const begin = async (bridge: Awaited<ReturnType<typeof start>>) => {
    const client = await registerClient(bridge.publicUrl);
    const begun = await client.begin();
    const browser = openTab();
    return { client, begun, browser, page: await browser.open(begun.url) };
  };

  it('waits for consent for less than an hour', async () => {
    await using bridge = await start();
    const { client, begun, browser, page } = await begin(bridge);
    pass(minutes(59));
    const back = await browser.follow(await choose(browser, page), 'http://127.0.0.1');
    await tokensOf(await client.redeem(back.location ?? back.url, begun));
  });

  it('is over after an hour', async () => {
    await using bridge = await start();
    const { browser, page } = await begin(bridge);
    const cookies = await browser.cookies.serialize();
    pass(minutes(61));
    expect((await choose(browser, page)).status).toBe(400);
    // Also for a browser that keeps its cookies for longer than it was told.
    const kept = cookies.cookies.map(({ key, value }) => `${key}=${value}`).join('; ');
    expect((await openTab().go(page.url, { headers: { cookie: kept } })).status).toBe(400);
  });

  it('may take ten minutes at the IdP', async () => {
    await using bridge = await start();
    const { client, begun, browser, page } = await begin(bridge);
    const atIdp = await choose(browser, page);
    const back = await browser.go(atIdp.location ?? '');
    pass(minutes(9));
    bridge.github.signInAs(adaAtGithub);
    const again = await browser.go(atIdp.location ?? '');
    expect(again.location?.searchParams.get('state')).toBe(back.location?.searchParams.get('state'));
    const end = await browser.follow(again, 'http://127.0.0.1');
    await tokensOf(await client.redeem(end.location ?? end.url, begun));
  });

  it('is not taken back from the IdP after that, and may be begun once more on the page', async () => {
    await using bridge = await start();
    const { client, begun, browser, page } = await begin(bridge);
    const atIdp = await choose(browser, page);
    pass(minutes(11));
    const late = await browser.follow(await browser.go(atIdp.location ?? ''));
    expect(late.status).toBe(400);
    expect(bridge.logs).toContainEqual(expect.objectContaining({ reason: 'state_unknown' }));
    const back = await browser.follow(await choose(browser, page), 'http://127.0.0.1');
    await tokensOf(await client.redeem(back.location ?? back.url, begun));
  });
});

it('a client is known for good', async () => {
  await using bridge = await start();
  const client = await registerClient(bridge.publicUrl);
  pass(days(400));
  await client.signIn('ada');
});
