import { adaAtGithub, startGithubLike } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { startBridge } from './bridge-under-test.ts';
import { choose, formsOf, openTab } from './browser.ts';
import { trustedCertificate } from './certificate.ts';
import { callWith, registerClient, tokensOf } from './client.ts';
import { type FrontOptions, startFront } from './front.ts';
import { upstreamOf } from './github.ts';

/** A bridge behind a proxy, whose public URL has a path. */
const startBehind = async (options: FrontOptions, path: string) => {
  await using cleanup = new AsyncDisposableStack();
  const front = cleanup.use(await startFront(options));
  const publicUrl = `${front.origin}${path}`;
  const github = cleanup.use(
    await startGithubLike({ redirectUri: `${publicUrl}/oauth/callback`, signInAs: adaAtGithub }),
  );
  const bridge = cleanup.use(await startBridge({ upstream: upstreamOf(github), publicUrl }));
  front.forwardTo(bridge.origin);
  const running = cleanup.move();
  return { ...bridge, github, [Symbol.asyncDispose]: () => running.disposeAsync() };
};

type Case = { path: string; https: boolean; forwardedProto?: 'http' | 'https'; strips: boolean };

const cases = ['', '/tools/x'].flatMap((path) =>
  [true, false].flatMap((https) =>
    ([undefined, 'http', 'https'] as const).flatMap((forwardedProto) =>
      (path === '' ? [false] : [true, false]).map(
        (strips): Case => ({ path, https, strips, ...(forwardedProto && { forwardedProto }) }),
      ),
    ),
  ),
);

const nameOf = ({ path, https, forwardedProto, strips }: Case) =>
  `${https ? 'https' : 'http'}://…${path}, X-Forwarded-Proto ${forwardedProto ?? 'absent'}${path === '' ? '' : strips ? ', the path taken off' : ', the path left'}`;

describe('behind a proxy', () => {
  it.each(cases.map((one): [string, Case] => [nameOf(one), one]))('%s', async (_name, one) => {
    const { path, https, forwardedProto, strips } = one;
    await using bridge = await startBehind(
      {
        ...(https && { certificate: await trustedCertificate() }),
        ...(forwardedProto && { forwardedProto }),
        ...(strips && { strips: path }),
      },
      path,
    );
    const { publicUrl } = bridge;
    const client = await registerClient(publicUrl);
    const begun = await client.begin();
    const browser = openTab();

    // One step after the other, of which each stays under the public URL.
    let page = await browser.go(begun.url);
    const cookies: string[] = [];
    const places: string[] = [];
    for (let steps = 0; steps < 10 && !page.location?.href.startsWith('http://127.0.0.1'); steps += 1) {
      cookies.push(...page.headers.getSetCookie());
      const { href } = page.location ?? page.url;
      places.push(
        href
          .replace(publicUrl, '')
          .replace(/[\w-]{20,}/, ':uid')
          .replace(/\?.*/, ''),
      );
      page = page.location === undefined ? await choose(browser, page) : await browser.go(page.location);
    }
    expect(places).toEqual([
      '/oauth/sign-in/:uid',
      '/oauth/sign-in/:uid',
      `${bridge.github.origin}/login/oauth/authorize`,
      '/oauth/callback',
      '/oauth/sign-in/:uid/done',
      '/oauth/authorize/:uid',
    ]);
    const tokens = await tokensOf(await client.redeem(page.location ?? page.url, begun));
    expect((await callWith(publicUrl, tokens.access_token)).status).toBe(200);
    await tokensOf(await client.refresh(tokens.refresh_token));

    expect(cookies.length).toBeGreaterThanOrEqual(3);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/; httponly/i);
      if (https) expect(cookie).toMatch(/; secure/i);
      else expect(cookie).not.toMatch(/; secure/i);
      const cookiePath = /; path=([^;]*)/i.exec(cookie)?.[1];
      if (/^(__Host-)?mcp-sign-in/.test(cookie)) expect(cookiePath).toBe('/');
      else expect(cookiePath).toMatch(new RegExp(`^${path}/oauth/`));
    }
    if (https) expect(cookies.some((cookie) => cookie.startsWith('__Host-'))).toBe(true);
  });

  it('has all its URLs in the metadata, the callback and the personal page under the path', async () => {
    await using bridge = await startBehind({ certificate: await trustedCertificate() }, '/tools/x');
    const { publicUrl } = bridge;
    const { metadata } = bridge.connection.published;
    const urls = Object.entries(metadata).filter(([name]) => /^(issuer|jwks_uri|.*_endpoint)$/.test(name));
    expect(urls).toHaveLength(6);
    for (const [, url] of urls) expect(url).toMatch(new RegExp(`^${publicUrl}($|/oauth/)`));
    expect((await fetch(String(metadata.jwks_uri))).status).toBe(200);
    expect(bridge.connection.about.setup?.join()).toContain(`${publicUrl}/oauth/callback`);

    const browser = openTab();
    const entry = await browser.go(`${publicUrl}/sign-ins`);
    const own = await browser.follow(await browser.go(entry.url, { form: formsOf(entry)[0] ?? {} }));
    expect({ url: own.url.href, status: own.status }).toEqual({ url: `${publicUrl}/sign-ins`, status: 200 });
    expect(own.html).toContain('Signed in as');
  });

  it('leads a stranger back to the program under the path', async () => {
    await using cleanup = new AsyncDisposableStack();
    const front = cleanup.use(await startFront());
    const publicUrl = `${front.origin}/tools/x`;
    const github = cleanup.use(
      await startGithubLike({ redirectUri: `${publicUrl}/oauth/callback`, signInAs: adaAtGithub }),
    );
    const settings = { allowedUsers: ['nobody@example.com'] };
    const bridge = cleanup.use(await startBridge({ upstream: upstreamOf(github), publicUrl, settings }));
    front.forwardTo(bridge.origin);
    const client = await registerClient(publicUrl);
    const begun = await client.begin();
    const browser = openTab();
    const stranger = await browser.follow(await choose(browser, await browser.open(begun.url)));
    expect(stranger.status).toBe(403);
    const [, back = ''] = /<a href="([^"]*)"/.exec(stranger.html) ?? [];
    const { location } = await browser.open(back, 'http://127.0.0.1');
    expect(location?.searchParams.get('error')).toBe('access_denied');
    expect(location?.searchParams.get('state')).toBe(begun.state);
  });
});

it('sign-ins at two servers of one host, side by side in one browser', async () => {
  const certificate = await trustedCertificate();
  // Cookies do not tell ports apart: it is one host for them.
  await using one = await startBehind({ certificate }, '/one');
  await using other = await startBehind({ certificate }, '/other');
  const browser = openTab();
  const begin = async ({ publicUrl }: { publicUrl: string }) => {
    const client = await registerClient(publicUrl);
    const begun = await client.begin();
    return { client, begun, sent: await choose(browser, await browser.open(begun.url)) };
  };
  const flows = [await begin(one), await begin(other)];
  for (const { client, begun, sent } of flows) {
    const back = await browser.follow(sent, 'http://127.0.0.1:49152');
    await tokensOf(await client.redeem(back.location ?? back.url, begun));
  }
});
