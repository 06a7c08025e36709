import { adaAtGithub } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { openBrowser } from './browser.ts';
import { registerClient } from './client.ts';
import { startWithGithub } from './github.ts';

const origin = 'https://inspector.example.com';
const start = () => startWithGithub({}, { signInAs: adaAtGithub });

const corsOf = (headers: Headers) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));

const endpoints = ['/oauth/register', '/oauth/token', '/oauth/revoke', '/oauth/jwks'];

describe('what clients ask', () => {
  it.each(endpoints)(
    '%s may be asked from any origin, with Authorization and without cookies',
    async (path) => {
      await using bridge = await start();
      const response = await fetch(bridge.publicUrl + path, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': path.endsWith('jwks') ? 'GET' : 'POST',
          'access-control-request-headers': 'authorization,content-type,mcp-protocol-version',
        },
      });
      expect(response.status).toBe(204);
      const cors = corsOf(response.headers);
      expect(cors).toMatchObject({ 'access-control-allow-origin': '*' });
      expect(cors['access-control-allow-methods']).toContain('POST');
      // The wildcard is for all others (Fetch standard).
      expect(cors['access-control-allow-headers']?.toLowerCase()).toMatch(/^authorization,\s*\*$/);
      expect(cors).not.toHaveProperty('access-control-allow-credentials');
      expect(response.headers.getSetCookie()).toEqual([]);
    },
  );

  it.each([
    ['/oauth/register', 'POST', 400],
    ['/oauth/token', 'POST', 400],
    ['/oauth/revoke', 'POST', 400],
    ['/oauth/jwks', 'GET', 200],
    ['/oauth/register', 'GET', 404],
  ])('%s may be read from any origin, also where it refuses: %s', async (path, method, status) => {
    await using bridge = await start();
    const response = await fetch(bridge.publicUrl + path, {
      method,
      headers: { origin, ...(method === 'POST' ? { 'content-type': 'application/json' } : {}) },
      ...(method === 'POST' ? { body: '{}' } : {}),
    });
    expect(response.status).toBe(status);
    expect(corsOf(response.headers)).toEqual({
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'WWW-Authenticate,Retry-After',
    });
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  it('a client of another origin gets its tokens', async () => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    const tokens = await client.signIn('ada');
    const response = await fetch(client.as.token_endpoint ?? '', {
      method: 'POST',
      headers: { origin },
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: tokens.refresh_token,
        client_id: client.client.client_id,
      }),
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
  });
});

describe('the pages', () => {
  const paths = [
    '/oauth/authorize',
    '/oauth/sign-in/x',
    '/oauth/sign-in/x/done',
    '/oauth/callback',
    '/sign-ins',
  ];

  it.each(paths)('%s can be read from no other origin, and asked by no preflight', async (path) => {
    await using bridge = await start();
    for (const method of ['GET', 'OPTIONS', 'POST']) {
      const response = await fetch(bridge.publicUrl + path, {
        method,
        redirect: 'manual',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x' },
      });
      expect(corsOf(response.headers)).toEqual({});
      if (method === 'OPTIONS') expect(response.status).toBeGreaterThanOrEqual(400);
    }
  });

  it('a page of consent tells another origin nothing', async () => {
    await using bridge = await start();
    const browser = openBrowser(bridge);
    const page = await browser.open((await (await registerClient(bridge.publicUrl)).begin()).url);
    const asked = await browser.ask(page.url, { headers: { origin, 'sec-fetch-site': 'cross-site' } });
    expect(corsOf(asked.headers)).toEqual({});
  });

  it('take forms of no other origin: one’s own sign-ins neither', async () => {
    await using bridge = await start();
    const browser = openBrowser(bridge);
    const url = `${bridge.publicUrl}/sign-ins`;
    const page = await browser.open(url);
    for (const headers of [{ origin }, { origin: 'null' }, { 'sec-fetch-site': 'same-site' }]) {
      const answer = await browser.press({ ...page, url: new URL(url) }, 'continue', { headers });
      expect(answer).toMatchObject({ status: 403, location: undefined });
    }
    expect(await browser.press(page, 'continue', { token: 'x' })).toMatchObject({ status: 400 });
    expect(bridge.logs.map(({ reason }) => reason)).toEqual([
      ...Array(3).fill('form_foreign'),
      'form_invalid',
    ]);
    expect(await browser.press(page)).toMatchObject({ status: 303 });
  });
});
