import { describe, expect, test } from 'vitest';
import { openBrowser } from './browser.ts';
import { authorize, redeem, refresh, registerClient, signIn, verify } from './client.ts';
import { mcp, start } from './server.ts';

describe('the sign-in page', () => {
  test('names client, resource and scopes, has no script, and escapes a hostile name', async () => {
    await using server = await start();
    const client = await registerClient(server.issuer, {
      client_name: `<script>alert("1")</script>'\u202e\u0000\u2066`,
      redirect_uris: ['http://127.0.0.1/"><img/src=x>'],
    });
    const { page } = await authorize(server.issuer, {
      client_id: client.client_id,
      redirect_uri: 'http://127.0.0.1/"><img/src=x>',
      scope: 'openid mcp:admin',
    });
    const html = (await page?.text()) ?? '';
    expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;');
    expect(html).not.toMatch(/<script|<img/i);
    // Text that would read backwards, or hide what follows.
    expect(html).not.toMatch(/[\u202e\0\u2066]/);
    expect(html).toContain('nobody has checked it');
    expect(html).toContain('<strong>http://127.0.0.1</strong>, a program on this computer');
    for (const text of [mcp, 'mcp:admin', 'Continue as Ada Lovelace', 'Continue as Grace Hopper', 'Cancel']) {
      expect(html).toContain(text);
    }
    const policy = page?.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(page?.headers.get('x-frame-options')).toBe('DENY');
  });

  test('answers the client with access_denied and iss when the user cancels', async () => {
    await using server = await start();
    const client = await registerClient(server.issuer);
    const { redirect } = await signIn(server.issuer, client, {}, { choice: 'cancel' });
    expect(Object.fromEntries(redirect.searchParams)).toMatchObject({
      error: 'access_denied',
      state: 'state-1',
      iss: server.issuer,
    });
  });

  test.each(['consent', 'login', 'select_account'])('comes again with prompt=%s', async (prompt) => {
    await using server = await start();
    const client = await registerClient(server.issuer);
    const browser = openBrowser();
    await signIn(server.issuer, client, {}, { browser });
    const again = await signIn(server.issuer, client, { prompt }, { browser });
    await redeem(server.issuer, client, again);
  });

  test('changes the user in a browser that has signed in before', async () => {
    await using server = await start();
    const client = await registerClient(server.issuer);
    const browser = openBrowser();
    const first = await redeem(server.issuer, client, await signIn(server.issuer, client, {}, { browser }));
    const second = await signIn(server.issuer, client, {}, { browser, choice: 'dev-grace' });
    const tokens = await redeem(server.issuer, client, second);
    expect(await verify(server.issuer, tokens.access_token, mcp)).toHaveProperty('sub', 'dev-grace');
    const ada = await refresh(server.issuer, client, first.refresh_token ?? '');
    expect(await verify(server.issuer, ada.access_token, mcp)).toHaveProperty('sub', 'dev-ada');
  });

  test('is a readable page when the sign-in is over, unknown or of another browser', async () => {
    await using server = await start();
    const client = await registerClient(server.issuer);
    const pending = await authorize(server.issuer, { client_id: client.client_id, scope: 'openid' });
    const stranger = await openBrowser().request(pending.url);
    const unknown = await pending.browser.request(`${server.issuer}/interaction/unknown`);
    const resumed = await openBrowser().request(pending.url.replace('/interaction/', '/auth/'));
    for (const page of [stranger, unknown, resumed]) {
      expect(page.status).toBe(400);
      expect(page.headers.get('content-type')).toContain('text/html');
      expect(await page.text()).not.toMatch(/ at .*\.js/);
    }
  });

  test.each([
    ['a choice from another origin', 403, { headers: { origin: 'http://localhost:1' } }],
    ['a choice of a page without an origin', 403, { headers: { origin: 'null' } }],
    ['a choice that another port of localhost sends', 403, { headers: { 'sec-fetch-site': 'same-site' } }],
    ['a choice that is not a form', 415, { headers: { 'content-type': 'application/json' }, body: '{}' }],
    ['a choice that does not exist', 400, { body: new URLSearchParams({ choice: 'root' }) }],
    ['a form beyond its size', 413, { body: new URLSearchParams({ choice: 'x'.repeat(100_000) }) }],
    ['another method', 405, { method: 'PUT' }],
  ])('refuses %s', async (_name, status, init) => {
    await using server = await start();
    const client = await registerClient(server.issuer);
    const { browser, url } = await authorize(server.issuer, { client_id: client.client_id, scope: 'openid' });
    const body = new URLSearchParams({ choice: 'dev-ada' });
    expect(await browser.request(url, { method: 'POST', body, ...init })).toHaveProperty('status', status);
    expect(await browser.request(url)).toHaveProperty('status', 200);
  });
});
