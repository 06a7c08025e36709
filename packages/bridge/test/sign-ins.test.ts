import { adaAtGithub, graceAtGithub } from '@mcp-whoami/testkit';
import { expect, it } from 'vitest';
import { type Browser, locationOf, openBrowser } from './browser.ts';
import { registerClient, tokensOf } from './client.ts';
import { minutes, pass } from './clock.ts';
import { startWithGithub } from './github.ts';

const start = () => startWithGithub({ settings: { tokenCacheSeconds: 0 } }, { signInAs: adaAtGithub });
type Bridge = Awaited<ReturnType<typeof start>>;

async function grant(bridge: Bridge, clientName = 'A program') {
  const client = await registerClient(bridge.publicUrl, { client_name: clientName });
  const browser = openBrowser(bridge);
  const begun = await client.begin();
  const back = await browser.open(locationOf(await browser.press(await browser.open(begun.url))));
  const tokens = await tokensOf(await client.redeem(back.url, begun));
  return {
    ...tokens,
    isLive: () =>
      bridge.connection.verifyAccessToken(tokens.access_token).then(
        () => true,
        () => false,
      ),
  };
}

const pageOf = ({ publicUrl }: Bridge) => `${publicUrl}/sign-ins`;

/** A person who has signed in on the page. */
async function visit(bridge: Bridge, browser: Browser = openBrowser(bridge)) {
  const entry = await browser.open(pageOf(bridge));
  return { browser, page: await browser.open(locationOf(await browser.press(entry))) };
}

/** The forms that end one access each. */
const formsOf = (html: string) =>
  [...html.matchAll(/name="grant" value="([^"]*)">\n<input type="hidden" name="token" value="([^"]*)"/g)].map(
    ([, grantId = '', token = '']) => ({ grant: grantId, token }),
  );

const post = (bridge: Bridge, browser: Browser, form: Record<string, string>, headers = {}) =>
  browser.ask(pageOf(bridge), {
    method: 'POST',
    headers: { origin: bridge.origin, ...headers },
    body: new URLSearchParams(form),
  });

it('shows what one has granted, and ends one of them', async () => {
  await using bridge = await start();
  const [first, second] = [await grant(bridge, 'First <b>'), await grant(bridge, 'Second')];
  const { browser, page } = await visit(bridge);
  expect(page.html).toContain('First &lt;b&gt;');
  const index = page.html.indexOf('Second') < page.html.indexOf('First') ? 1 : 0;
  const form = formsOf(page.html)[index] ?? { grant: '', token: '' };

  const ended = await post(bridge, browser, form);

  expect(ended).toMatchObject({ status: 303 });
  expect([await first.isLive(), await second.isLive()]).toEqual([false, true]);
  expect((await browser.open(pageOf(bridge))).html).not.toContain('First');
});

it('shows nothing to who has not signed in, nor what somebody else has granted', async () => {
  await using bridge = await start();
  await grant(bridge);
  expect((await openBrowser(bridge).open(pageOf(bridge))).html).not.toContain('A program');
  bridge.github.signInAs(graceAtGithub);
  expect((await visit(bridge)).page.html).toContain('No program has access');
});

it('ends nothing of somebody else, whatever form is sent', async () => {
  await using bridge = await start();
  const access = await grant(bridge);
  const [form] = formsOf((await visit(bridge)).page.html);
  const { grant: grantId = '', token = '' } = form ?? {};
  bridge.github.signInAs(graceAtGithub);
  await grant(bridge);
  const { browser, page } = await visit(bridge);
  const [own] = formsOf(page.html);

  for (const [sent, status] of [
    [{ grant: grantId, token }, 400],
    [{ grant: grantId, token: own?.token ?? '' }, 400],
    [{ grant: grantId, token: '' }, 400],
    [{ grant: grantId }, 400],
  ] as const)
    expect(await post(bridge, browser, sent)).toMatchObject({ status });

  expect(await access.isLive()).toBe(true);
});

it('ends nothing for a form of another origin, or one that stayed open longer than the visit', async () => {
  await using bridge = await start();
  const access = await grant(bridge);
  const { browser, page } = await visit(bridge);
  const [form] = formsOf(page.html);
  if (form === undefined) throw new Error('there is one grant');
  expect(await post(bridge, browser, form, { origin: 'http://localhost:1' })).toMatchObject({ status: 403 });
  expect(await access.isLive()).toBe(true);
  pass(minutes(11));
  await post(bridge, browser, form);
  expect((await browser.open(pageOf(bridge))).html).toContain('Sign in with GitHub');
  const { verifyAccessToken } = bridge.connection;
  expect(await verifyAccessToken(access.access_token)).toMatchObject({ subject: 'github:1005' });
});

it('signs nobody in by a URL of the IdP that somebody else has captured (GHSA-rww4-4w9c-7733)', async () => {
  await using bridge = await start();
  await grant(bridge);
  const attacker = openBrowser(bridge);
  const captured = locationOf(await attacker.press(await attacker.open(pageOf(bridge))));
  const victim = openBrowser(bridge);
  await victim.open(pageOf(bridge));

  expect(await victim.open(captured)).toMatchObject({ status: 400, location: undefined });

  for (const browser of [attacker, victim])
    expect((await browser.open(pageOf(bridge))).html).not.toContain('A program');
});

it('is framed and kept by nobody', async () => {
  await using bridge = await start();
  const { headers } = (await visit(bridge)).page;
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(headers.get('cache-control')).toBe('no-store');
});
