import { openStore } from '@mcp-whoami/store';
import { adaAtGithub } from '@mcp-whoami/testkit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { locationOf, openBrowser } from './browser.ts';
import { knownClient, register, registerClient, type TestClient } from './client.ts';
import { clientId, serveClientDocument } from './client-document.ts';
import { startWithGithub } from './github.ts';
import { secret, sqliteFile } from './stores.ts';

afterEach(() => void vi.restoreAllMocks());

const start = () => startWithGithub({}, { signInAs: adaAtGithub });
type Bridge = Awaited<ReturnType<typeof start>>;

/** The clock by which callers are counted runs on. */
const passMinute = () => {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + 61_000);
};

const repeat = async (times: number, act: (index: number) => Promise<{ status: number }>) => {
  const statuses = [];
  for (let index = 0; index < times; index += 1) statuses.push((await act(index)).status);
  return statuses;
};

const registerAt = ({ publicUrl }: Bridge) => register(`${publicUrl}/oauth/register`);

async function authorizeAt(client: TestClient) {
  return fetch((await client.begin()).url, { redirect: 'manual' });
}

const isTooMany = async (response: { status: number; headers: Headers }) => {
  expect(response.status).toBe(429);
  const wait = Number(response.headers.get('retry-after'));
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(60);
};

describe('of one caller in a minute', () => {
  it('20 registrations are taken, and those of others go on', async () => {
    await using bridge = await start();
    expect(await repeat(20, () => registerAt(bridge))).toEqual(Array(20).fill(201));
    const refused = await registerAt(bridge);
    await isTooMany(refused);
    expect(await refused.json()).toMatchObject({ error: 'temporarily_unavailable' });
    expect(refused.headers.get('access-control-allow-origin')).toBe('*');
    expect(bridge.logs).toEqual([
      expect.objectContaining({ reason: 'rate_limited', address: '203.0.113.1' }),
    ]);
    bridge.comeFrom('203.0.113.2');
    expect((await registerAt(bridge)).status).toBe(201);
    bridge.comeFrom('203.0.113.1');
    passMinute();
    expect((await registerAt(bridge)).status).toBe(201);
  });

  it('registrations that were refused count too', async () => {
    await using bridge = await start();
    const bad = () => register(`${bridge.publicUrl}/oauth/register`, { redirect_uris: ['javascript:1'] });
    expect(await repeat(20, bad)).toEqual(Array(20).fill(400));
    await isTooMany(await bad());
  });

  it.each(['/oauth/REGISTER', '/oauth/register/'])('none is taken at another spelling: %s', async (path) => {
    await using bridge = await start();
    expect((await register(bridge.publicUrl + path)).status).toBe(404);
  });

  it('60 authorization requests are taken; the page of the next one says so', async () => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    expect(await repeat(60, () => authorizeAt(client))).toEqual(Array(60).fill(303));
    const page = await openBrowser(bridge).ask((await client.begin()).url);
    await isTooMany(page);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.html).toContain('Too many requests from one address');
    expect(page.headers.get('x-frame-options')).toBe('DENY');
    bridge.comeFrom('203.0.113.2');
    expect((await authorizeAt(client)).status).toBe(303);
  });

  it('60 choices at the page of consent are taken, whatever they say', async () => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    const browser = openBrowser(bridge);
    const page = await browser.open((await client.begin()).url);
    const statuses = await repeat(60, (index) =>
      browser.press(page, 'continue', index % 2 ? { token: 'x' } : {}),
    );
    expect(new Set(statuses)).toEqual(new Set([303, 400]));
    await isTooMany(await browser.press(page));
    bridge.comeFrom('203.0.113.2');
    expect((await browser.press(page)).status).toBe(303);
  });

  it('one signs in while another one is kept away', async () => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    await repeat(80, () => authorizeAt(client));
    await repeat(80, () => registerAt(bridge));
    bridge.comeFrom('203.0.113.2');
    expect(await (await registerClient(bridge.publicUrl)).signIn('ada')).toMatchObject({
      token_type: 'Bearer',
    });
  });

  it('60 documents of clients are fetched, whichever endpoint is told of them', async () => {
    await using documents = await serveClientDocument();
    await using bridge = await start();
    const { as } = await registerClient(bridge.publicUrl);
    const refresh = (id: string) =>
      fetch(as.token_endpoint ?? '', {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x', client_id: id }),
      });

    const statuses = await repeat(60, (index) => refresh(`https://client.example.com/${index}`));

    expect(statuses).toEqual(Array(60).fill(400));
    const refused = await refresh('https://client.example.com/60');
    await isTooMany(refused);
    expect(await refused.json()).toMatchObject({ error: 'temporarily_unavailable' });
    expect(documents.asked).toHaveLength(60);
    bridge.comeFrom('203.0.113.2');
    const client = await knownClient(bridge.publicUrl, clientId);
    expect(await client.signIn('ada')).toMatchObject({ token_type: 'Bearer' });
    // What is known need not be fetched.
    bridge.comeFrom('203.0.113.1');
    expect(await client.signIn('ada')).toMatchObject({ token_type: 'Bearer' });
  });

  it('a network of IPv6 may four times as much as one in it, and no more', async () => {
    await using bridge = await start();
    const comeFrom = (network: number) => bridge.comeFrom(`2001:db8:1:${network}`, '2001:db8:1');
    for (let network = 1; network <= 4; network += 1) {
      comeFrom(network);
      expect(await repeat(20, () => registerAt(bridge))).toEqual(Array(20).fill(201));
    }
    comeFrom(5);
    await isTooMany(await registerAt(bridge));
    bridge.comeFrom('2001:db8:2:1', '2001:db8:2');
    expect((await registerAt(bridge)).status).toBe(201);
  });
});

describe('a registration', () => {
  it.each<[string, object]>([
    [
      'too many redirect URIs',
      { redirect_uris: Array.from({ length: 21 }, (_, index) => `http://127.0.0.1/${index}`) },
    ],
    [
      'redirect URIs that are too long together',
      {
        redirect_uris: Array.from(
          { length: 10 },
          (_, index) => `https://client.example.com/${'p'.repeat(200)}${index}`,
        ),
      },
    ],
    [
      'a redirect URI that is too long',
      { redirect_uris: [`https://client.example.com/${'p'.repeat(3_000)}`] },
    ],
    ['redirect URIs that are none', { redirect_uris: [1, {}] }],
    ['no redirect URIs', { redirect_uris: [] }],
    ['keys of its own', { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [] } }],
    ['a method that there is not', { token_endpoint_auth_method: 'tls_client_auth' }],
  ])('is refused for %s, with 400', async (_, metadata) => {
    await using bridge = await start();
    const response = await register(`${bridge.publicUrl}/oauth/register`, metadata);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: expect.stringMatching(/^invalid_(client_metadata|redirect_uri)$/),
      error_description: expect.any(String),
    });
  });

  it.each(['{', '[]', 'null', '"x"', ''])('is refused for the body %s', async (body) => {
    await using bridge = await start();
    const response = await fetch(`${bridge.publicUrl}/oauth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(400);
    expect(await response.text()).not.toMatch(/JSON at position|SyntaxError|\n\s+at /);
  });

  it('is refused for a body without an end', async () => {
    await using bridge = await start();
    const response = await register(`${bridge.publicUrl}/oauth/register`, {
      client_uri: 'x'.repeat(2_000_000),
    });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
  });

  it('takes nothing of the store', async () => {
    await using store = await sqliteFile();
    await using bridge = await startWithGithub({ settings: { storeUrl: store.url, bridgeSecret: [secret] } });
    await using reader = await openStore(store.url);
    const count = async () => {
      const kinds = [];
      for await (const { kind } of reader.records()) kinds.push(kind);
      return kinds.length;
    };
    const before = await count();
    expect(await repeat(20, () => registerAt(bridge))).toEqual(Array(20).fill(201));
    expect(await count()).toBe(before);
    // Nor does a page of consent take more than the request that it is about.
    bridge.comeFrom('203.0.113.2');
    const browser = openBrowser(bridge);
    const page = await browser.open((await (await registerClient(bridge.publicUrl)).begin()).url);
    for (let index = 0; index < 5; index += 1) await browser.open(page.url);
    expect(await count()).toBe(before + 1);
    locationOf(await browser.press(page));
    expect(await count()).toBe(before + 2);
  });
});
