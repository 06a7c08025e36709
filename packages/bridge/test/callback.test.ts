import { adaAtGithub, graceAtGithub, startStandIn } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { startBridge } from './bridge-under-test.ts';
import { type Browser, linksOf, locationOf, openBrowser } from './browser.ts';
import { register, registerClient, registered, type TestClient, tokensOf } from './client.ts';
import { minutes, pass } from './clock.ts';
import { startWithGithub, upstreamOf } from './github.ts';

const UPSTREAM_TEXT = 'words of the IdP';

const start = (settings: NonNullable<Parameters<typeof startWithGithub>[0]>['settings'] = {}) =>
  startWithGithub({ settings }, { signInAs: adaAtGithub });

/** A browser that has consented; it goes to `upstream` next. */
async function consent(client: TestClient, browser: Browser) {
  const begun = await client.begin();
  const page = await browser.open(begun.url);
  const upstream = locationOf(await browser.press(page));
  return { begun, page, upstream, state: upstream.searchParams.get('state') ?? '' };
}

/** A bridge, and a browser that comes back from the IdP next. */
async function beforeCallback(settings?: Parameters<typeof start>[0]) {
  const bridge = await start(settings);
  const client = await registerClient(bridge.publicUrl);
  const browser = openBrowser(bridge);
  const flow = await consent(client, browser);
  return { ...flow, bridge, client, browser, [Symbol.asyncDispose]: () => bridge[Symbol.asyncDispose]() };
}

const reasons = ({ logs }: { logs: { reason?: unknown }[] }) => logs.map(({ reason }) => reason);

describe('takes back only the browser that it sent to the IdP (GHSA-rww4-4w9c-7733)', () => {
  it('a captured URL of the IdP gives nothing in another browser, and still works in its own', async () => {
    await using flow = await beforeCallback();
    const { bridge, client, browser, page, upstream, begun } = flow;
    const victim = openBrowser(bridge);

    expect(await victim.open(upstream)).toMatchObject({ status: 400, location: undefined });

    expect(reasons(bridge)).toEqual(['other_browser']);
    // Where the attacker waits for what the victim gave.
    expect(await browser.open(`${page.url}/done`)).toMatchObject({ status: 400 });
    bridge.github.signInAs(graceAtGithub);
    const back = await browser.open(upstream);
    const { access_token: token } = await tokensOf(await client.redeem(back.url, begun));
    expect(await bridge.connection.verifyAccessToken(token)).toMatchObject({ subject: 'github:1006' });
  });

  it('nor in one that has signed in here by itself', async () => {
    await using flow = await beforeCallback();
    const { bridge, client, upstream } = flow;
    const victim = openBrowser(bridge);
    await victim.open((await consent(client, victim)).upstream);
    expect(await victim.open(upstream)).toMatchObject({ status: 400, location: undefined });
    expect(reasons(bridge)).toEqual(['other_browser']);
  });

  it('nor in one whose cookie this server did not make', async () => {
    await using flow = await beforeCallback();
    const { bridge, browser, upstream } = flow;
    const cookies = await browser.cookies.getCookies(bridge.publicUrl);
    const victim = openBrowser(bridge);
    for (const cookie of cookies) {
      const { key, value } = cookie;
      const forged = key.endsWith('.sig') ? `${value.startsWith('A') ? 'B' : 'A'}${value.slice(1)}` : value;
      await victim.cookies.setCookie(`${key}=${forged}; Path=/`, bridge.publicUrl);
    }
    expect(await victim.open(upstream)).toMatchObject({ status: 400, location: undefined });
    expect(reasons(bridge)).toEqual(['other_browser']);
  });
});

describe('with cookies that a neighbour under the same domain has planted', () => {
  /** A sign-in that an attacker has begun, whose victim comes back from the IdP next. */
  async function planted() {
    const bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    const [attacker, victim] = [openBrowser(bridge), openBrowser(bridge)];
    const begun = await client.begin();
    const page = await attacker.open(begun.url);
    const { pathname } = page.url;
    for (const [path, cookies] of [
      [pathname, await attacker.cookies.getCookies(page.url.href)],
      [
        pathname.replace('sign-in', 'authorize'),
        await attacker.cookies.getCookies(page.url.href.replace('sign-in', 'authorize')),
      ],
    ] as const)
      for (const { key, value } of cookies)
        if (key.startsWith('mcp_bridge'))
          await victim.cookies.setCookie(`${key}=${value}; Path=${path}`, bridge.publicUrl);
    const upstream = locationOf(await victim.press(await victim.open(page.url)));
    const done = locationOf(await victim.ask(locationOf(await victim.ask(upstream))));
    expect(done.pathname).toBe(`${pathname}/done`);
    return { bridge, attacker, victim, done, [Symbol.asyncDispose]: () => bridge[Symbol.asyncDispose]() };
  }

  it('the sign-in ends in the browser alone that was at the IdP', async () => {
    await using flow = await planted();
    const { attacker, victim, done } = flow;
    expect(await attacker.ask(done)).toMatchObject({ status: 400, location: undefined });
    expect((await victim.open(done)).url.searchParams.get('code')).toEqual(expect.any(String));
  });

  it('and another one that is faster after it gets no code', async () => {
    await using flow = await planted();
    const { attacker, victim, done } = flow;
    const resume = locationOf(await victim.ask(done));
    expect(resume.pathname).toMatch(/^\/oauth\/authorize\//);
    const { url } = await attacker.open(resume);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({ error: 'access_denied' });
    expect(url.searchParams.has('code')).toBe(false);
  });
});

describe('takes a `state`', () => {
  it('once, whoever races', async () => {
    await using flow = await beforeCallback();
    const { bridge, browser, upstream } = flow;
    const callback = locationOf(await browser.ask(upstream));

    const answers = await Promise.all(Array.from({ length: 10 }, () => browser.ask(callback)));

    expect(answers.map(({ status }) => status).sort()).toEqual([303, ...Array(9).fill(400)]);
    expect(bridge.github.requests.count('token')).toBe(1);
    expect(reasons(bridge)).toEqual(Array(9).fill('state_unknown'));
  });

  it.each([
    ['that it did not make', () => `code=c&state=${'A'.repeat(43)}`],
    ['no more than once in a request', (state: string) => `code=c&state=${state}&state=${state}`],
    ['and refuses an answer without one', () => 'code=c'],
    ['and refuses an empty one', () => 'code=c&state='],
  ])('%s', async (_, query) => {
    await using flow = await beforeCallback();
    const { bridge, browser, state } = flow;
    const answer = await browser.ask(`${bridge.publicUrl}/oauth/callback?${query(state)}`);
    expect(answer).toMatchObject({ status: 400, location: undefined });
    expect(reasons(bridge)).toEqual(['state_unknown']);
    expect(bridge.github.requests).toHaveLength(0);
  });

  it('for ten minutes', async () => {
    await using flow = await beforeCallback();
    const { bridge, client, browser, upstream } = flow;
    const other = await consent(client, browser);
    const callbacks = [
      locationOf(await browser.ask(upstream)),
      locationOf(await browser.ask(other.upstream)),
    ] as const;
    pass(minutes(9));
    expect(await browser.ask(callbacks[0])).toMatchObject({ status: 303 });
    pass(minutes(2));
    expect(await browser.ask(callbacks[1])).toMatchObject({ status: 400 });
    expect(reasons(bridge)).toEqual(['state_unknown']);
  });

  it('by GET alone', async () => {
    await using flow = await beforeCallback();
    const { browser, upstream } = flow;
    const callback = locationOf(await browser.ask(upstream));
    const posted = await browser.ask(callback, { method: 'POST' });
    expect(posted.status).toBe(405);
    expect(posted.headers.get('allow')).toBe('GET');
    expect(await browser.ask(callback)).toMatchObject({ status: 303 });
  });
});

describe('an error of the IdP', () => {
  it('tells the client that the person cancelled there, in words of this server', async () => {
    await using flow = await beforeCallback();
    const { bridge, browser, upstream, begun } = flow;
    const cancelled = await browser.ask(upstream, {
      method: 'POST',
      body: new URLSearchParams({ cancel: 'yes' }),
    });
    const back = await browser.open(locationOf(cancelled));
    expect(Object.fromEntries(back.url.searchParams)).toEqual({
      error: 'access_denied',
      error_description: 'The sign-in at GitHub was cancelled',
      iss: bridge.publicUrl,
      state: begun.state,
    });
  });

  it.each([
    ['server_error', 503],
    ['temporarily_unavailable', 503],
    ['invalid_scope', 503],
    ['login_required', 400],
    [UPSTREAM_TEXT, 400],
  ])('%s is a page without its text, whose link goes on', async (error, status) => {
    await using flow = await beforeCallback();
    const { bridge, browser, state, client, begun } = flow;
    const query = new URLSearchParams({
      error,
      state,
      error_description: UPSTREAM_TEXT,
      error_uri: 'https://idp.example/words',
    });

    const page = await browser.ask(`${bridge.publicUrl}/oauth/callback?${query}`);

    expect(page.status).toBe(status);
    expect(page.headers.has('retry-after')).toBe(status === 503);
    for (const text of [page.html, JSON.stringify(bridge.logs)]) {
      expect(text).not.toContain(UPSTREAM_TEXT);
      expect(text).not.toContain('idp.example');
    }
    const [link = '', ...others] = linksOf(page);
    expect(others).toEqual([]);
    const back = await browser.open(locationOf(await browser.press(await browser.open(link))));
    expect((await client.redeem(back.url, begun)).status).toBe(200);
  });
});

describe('an IdP that cannot be asked', () => {
  it('refuses this server’s own client: the page is 503, and the log names the setting', async () => {
    await using github = await startWithGithub({}, { signInAs: adaAtGithub });
    const upstream = { ...upstreamOf(github.github), clientSecret: 'another' };
    await using bridge = await startBridge({ upstream });
    github.github.registerRedirect(`${bridge.publicUrl}/oauth/callback`);
    const browser = openBrowser({ ...bridge, github: github.github });
    const { upstream: url } = await consent(await registerClient(bridge.publicUrl), browser);

    const page = await browser.open(url);

    expect(page).toMatchObject({ status: 503, html: expect.stringContaining('not set up correctly') });
    expect(bridge.logs).toEqual([
      expect.objectContaining({
        reason: 'upstream_misconfigured',
        message: expect.stringMatching(/clientSecret/),
      }),
    ]);
    expect(await browser.open(linksOf(page)[0] ?? '')).toMatchObject({
      html: expect.stringContaining('asks for access'),
    });
  });

  it.each(['token', 'user'] as const)(
    'fails at its endpoint %s: 503, and the link goes on',
    async (endpoint) => {
      await using flow = await beforeCallback();
      const { bridge, browser, upstream, client, begun } = flow;
      bridge.github.fail(endpoint, 'status-500');

      const page = await browser.open(upstream);

      expect(page.status).toBe(503);
      expect(Number(page.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(page.html + JSON.stringify(bridge.logs)).not.toContain('SECRET-STACK');
      bridge.github.recover();
      const again = await browser.open(linksOf(page)[0] ?? '');
      const back = await browser.open(locationOf(await browser.press(again)));
      expect((await client.redeem(back.url, begun)).status).toBe(200);
    },
  );

  it('is not there at Continue: 503 with Retry-After; when it is back, the same page goes on', async () => {
    await using idp = await startStandIn({
      resource: 'ignored',
      clients: [
        {
          client_id: 'bridge',
          client_secret: 'the-secret-of-the-bridge',
          // Not needed as far as this goes.
          redirect_uris: ['http://localhost/oauth/callback'],
        },
      ],
    });
    await using bridge = await startBridge({
      upstream: {
        id: 'idp',
        title: 'the IdP',
        clientId: 'bridge',
        clientSecret: 'the-secret-of-the-bridge',
        clientAuth: 'client_secret_basic',
        scopes: ['openid'],
        server: {
          kind: 'oidc',
          issuer: idp.issuer,
          asksUserinfo: false,
          identify: () => ({ id: 'nobody', claims: {}, verifiedEmails: [], groups: [] }),
        },
      },
    });
    const browser = openBrowser({ ...bridge, github: { origin: new URL(idp.issuer).origin } });
    const client = await registerClient(bridge.publicUrl);
    const consentPage = await browser.open((await client.begin()).url);
    await idp.stopListening();

    const page = await browser.press(consentPage);

    expect(page.status).toBe(503);
    expect(Number(page.headers.get('retry-after'))).toBeGreaterThan(0);
    await idp.listenAgain();
    expect(locationOf(await browser.press(consentPage)).href).toContain(idp.issuer);
    expect(await browser.open(linksOf(page)[0] ?? '')).toMatchObject({ status: 200, url: consentPage.url });
  });
});

describe('one browser', () => {
  it.each(['in the same order', 'in the other order'])(
    'ends two sign-ins, of two clients, %s, each with what is its own',
    async (order) => {
      await using bridge = await start();
      const clients = [await registerClient(bridge.publicUrl), await registerClient(bridge.publicUrl)];
      const browser = openBrowser(bridge);
      const flows = [];
      for (const client of clients) flows.push({ client, ...(await consent(client, browser)) });
      if (order === 'in the other order') flows.reverse();
      for (const { client, upstream, begun } of flows) {
        const back = await browser.open(upstream);
        const { access_token: token } = await tokensOf(await client.redeem(back.url, begun));
        expect(await bridge.connection.verifyAccessToken(token)).toMatchObject({
          clientId: client.client.client_id,
        });
      }
    },
  );

  it('may have two accounts, one after the other, and nobody is signed out by it', async () => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    const browser = openBrowser(bridge);
    const tokens = [];
    for (const account of [adaAtGithub, graceAtGithub]) {
      bridge.github.signInAs(account);
      const { begun, upstream } = await consent(client, browser);
      tokens.push(await tokensOf(await client.redeem((await browser.open(upstream)).url, begun)));
    }
    const subjects = tokens.map(async ({ access_token: token }) => {
      return (await bridge.connection.verifyAccessToken(token)).subject;
    });
    expect(await Promise.all(subjects)).toEqual(['github:1005', 'github:1006']);
  });

  it('has one cookie for the callback, however many sign-ins it begins (#3747)', async () => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    const browser = openBrowser(bridge);
    const sent = () => browser.cookies.getCookieString(`${bridge.publicUrl}/oauth/callback`);
    await consent(client, browser);
    const one = await sent();
    for (let flow = 0; flow < 20; flow += 1) await consent(client, browser);
    expect(await sent()).toBe(one);
    // The cookie, and its signature.
    expect(one.split('; ')).toHaveLength(2);
    expect(one.length).toBeLessThan(200);
  });
});

describe('somebody who may not come', () => {
  it('gets a 403 page, whose one link tells the client so', async () => {
    await using flow = await beforeCallback({ allowedUsers: ['grace@example.com'] });
    const { bridge, browser, upstream, begun } = flow;

    const page = await browser.open(upstream);

    expect(page).toMatchObject({ status: 403, html: expect.stringContaining('You have no access here') });
    expect(bridge.logs).toEqual([expect.objectContaining({ reason: 'not_admitted' })]);
    const [link = '', ...others] = linksOf(page);
    expect(others).toEqual([]);
    const back = await browser.open(link);
    expect(Object.fromEntries(back.url.searchParams)).toMatchObject({
      error: 'access_denied',
      iss: bridge.publicUrl,
      state: begun.state,
    });
    expect(await browser.open(link)).toMatchObject({ status: 400 });
  });

  it('may go back and come with another account', async () => {
    await using flow = await beforeCallback({ allowedUsers: [graceAtGithub.emails?.[0]?.email ?? ''] });
    const { bridge, client, browser, page, upstream, begun } = flow;
    expect(await browser.open(upstream)).toMatchObject({ status: 403 });
    bridge.github.signInAs(graceAtGithub);
    const back = await browser.open(locationOf(await browser.press(await browser.open(page.url))));
    expect((await client.redeem(back.url, begun)).status).toBe(200);
  });
});

describe('the cookie that tells one browser from another', () => {
  const attributesOf = (lines: string[]) =>
    Object.fromEntries(
      lines.map((line) => {
        const [pair = '', ...attributes] = line.split('; ');
        return [pair.split('=')[0], attributes.filter((text) => !text.startsWith('expires')).sort()];
      }),
    );

  it('is HttpOnly, SameSite=Lax, and named after the port on http to this machine', async () => {
    await using bridge = await start();
    const browser = openBrowser(bridge);
    const page = await browser.open((await (await registerClient(bridge.publicUrl)).begin()).url);
    const name = `mcp-sign-in-${new URL(bridge.publicUrl).port}`;
    const attributes = ['httponly', 'path=/', 'samesite=lax'];
    expect(attributesOf(page.headers.getSetCookie())).toEqual({
      [name]: attributes,
      [`${name}.sig`]: attributes,
    });
  });

  it('is there for the whole sign-in, also if the browser has had it for almost a day', async () => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    const browser = openBrowser(bridge);
    const first = await browser.open((await client.begin()).url);
    const again = await browser.open((await client.begin()).url);
    const valuesOf = ({ headers }: typeof first) =>
      headers.getSetCookie().map((line) => line.slice(0, line.indexOf(';')));
    expect(valuesOf(again)).toEqual(valuesOf(first));
    expect(valuesOf(again)).toHaveLength(2);
  });

  it('is Secure and bound to the very host on https, as every other one is Secure', async () => {
    const publicUrl = 'https://mcp.example.com';
    await using bridge = await startWithGithub({ publicUrl }, { signInAs: adaAtGithub });
    const browser = openBrowser(bridge);
    const { client_id: clientId } = registered.parse(
      await (await register(`${bridge.origin}/oauth/register`)).json(),
    );
    const query = new URLSearchParams({
      client_id: clientId,
      response_type: 'code',
      redirect_uri: 'http://127.0.0.1:5/callback',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    });
    const redirect = await browser.ask(`${publicUrl}/oauth/authorize?${query}`);
    const page = await browser.open(locationOf(redirect));

    const attributes = ['httponly', 'path=/', 'samesite=lax', 'secure'];
    expect(attributesOf(page.headers.getSetCookie())).toEqual({
      '__Host-mcp-sign-in': attributes,
      '__Host-mcp-sign-in.sig': attributes,
    });
    const others = redirect.headers.getSetCookie();
    expect(others.length).toBeGreaterThan(0);
    for (const line of others) expect(line).toMatch(/; secure(;|$)/i);
    const back = await browser.open(locationOf(await browser.press(page)));
    expect(back.url.searchParams.get('code')).toEqual(expect.any(String));
  });
});
