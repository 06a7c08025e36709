import { afterEach, describe, expect, test, vi } from 'vitest';
import { authorize, redeem, redirectUri, refresh, signIn, verify } from './client.ts';
import { mcp, start } from './server.ts';

const id = 'https://chatgpt.com/oauth/codex/client.json';
const client = { client_id: id };
const scope = 'openid profile email';

const noNetwork = () => {
  throw new TypeError('fetch failed', {
    cause: Object.assign(new Error('getaddrinfo EAI_AGAIN chatgpt.com'), { code: 'EAI_AGAIN' }),
  });
};

/** Puts an answer instead of the document's host, which does not exist; the result counts the questions. */
function answerWith(answer: () => Response) {
  const network = globalThis.fetch;
  const asked = vi.fn(answer);
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) =>
    String(input) === id ? asked() : network(input, init),
  );
  return asked;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a client whose metadata document cannot be fetched', () => {
  test.each([
    ['there is no network', noNetwork],
    [
      'nobody answers in time',
      () => {
        throw new DOMException('The operation was aborted due to timeout', 'TimeoutError');
      },
    ],
    ['a gateway refuses', () => new Response('blocked', { status: 403 })],
    ['the host is down', () => new Response('', { status: 503 })],
  ])('signs in with loopback, asked for once, when %s', async (_name, answer) => {
    const asked = answerWith(answer);
    await using server = await start();
    const { page } = await authorize(server.issuer, { client_id: id, scope });
    const html = (await page?.text()) ?? '';
    expect(page?.status).toBe(200);
    expect(html).toContain('Sign in to continue to chatgpt.com');
    expect(html).toContain('The document could not be read');
    const tokens = await redeem(server.issuer, client, await signIn(server.issuer, client));
    expect(await verify(server.issuer, tokens.access_token, mcp)).toHaveProperty('client_id', id);
    await refresh(server.issuer, client, tokens.refresh_token ?? '');
    expect(asked).toHaveBeenCalledOnce();
  });

  test('has the redirect URI of each request, and needs PKCE', async () => {
    answerWith(noNetwork);
    await using server = await start();
    for (const uri of ['http://127.0.0.1:1/a', 'http://localhost:2/b?c=d', 'http://[::1]:3/']) {
      const signedIn = await signIn(server.issuer, client, { redirect_uri: uri });
      await redeem(server.issuer, client, signedIn);
    }
    const url = new URL(`${server.issuer}/auth`);
    url.search = `${new URLSearchParams({ client_id: id, response_type: 'code', scope, redirect_uri: redirectUri })}`;
    const response = await fetch(url, { redirect: 'manual' });
    expect(response.headers.get('location')).toContain('error=invalid_request');
  });

  test.each([
    'https://chatgpt.com/callback',
    'https://vscode.dev/redirect',
    'http://evil.example/callback',
    'cursor://anysphere.cursor-mcp/oauth/callback',
    'com.example.app:/callback',
    'http://localhost@evil.example/',
    'javascript:alert(1)',
  ])('is refused with the redirect %s', async (uri) => {
    const asked = answerWith(noNetwork);
    await using server = await start();
    const { page } = await authorize(server.issuer, { client_id: id, scope, redirect_uri: uri });
    expect(page?.status).toBe(400);
    expect(await page?.text()).toContain('only a loopback redirect_uri is accepted');
    expect(asked).toHaveBeenCalledOnce();
  });
});

describe('a client whose metadata document says no', () => {
  const document = { client_id: id, client_name: 'Codex', redirect_uris: ['http://127.0.0.1/callback'] };

  test.each([
    ['is not there', () => new Response('', { status: 404 })],
    ['is gone', () => new Response('', { status: 410 })],
    ['is elsewhere', () => new Response('', { status: 302, headers: { location: 'https://evil.example' } })],
    ['is not JSON', () => new Response('<html>')],
    ['is of another client', () => Response.json({ ...document, client_id: 'https://evil.example/' })],
    ['names no redirect that works here', () => Response.json({ ...document, redirect_uris: [] })],
    [
      'names a web page only',
      () => Response.json({ ...document, redirect_uris: ['https://evil.example/callback'] }),
    ],
    [
      'is too large',
      () => Response.json({ ...document, client_uri: `https://a.example/${'x'.repeat(9_000)}` }),
    ],
    [
      'leads to an address that the fetch may not ask',
      () => {
        throw new TypeError('fetch failed', {
          cause: new Error('hostname resolves to a special-use IP address'),
        });
      },
    ],
  ])('is refused, asked for once: it %s', async (_name, answer) => {
    const asked = answerWith(answer);
    await using server = await start();
    const { page } = await authorize(server.issuer, { client_id: id, scope });
    expect(page?.status).toBe(400);
    expect(asked).toHaveBeenCalledOnce();
  });

  test('is refused with a redirect that the document does not name', async () => {
    answerWith(() => Response.json(document));
    await using server = await start();
    const { page } = await authorize(server.issuer, {
      client_id: id,
      scope,
      redirect_uri: 'http://127.0.0.1/other',
    });
    expect(page?.status).toBe(400);
  });

  test('is called as its document says, which the page names', async () => {
    answerWith(() => Response.json(document));
    await using server = await start();
    const { page } = await authorize(server.issuer, { client_id: id, scope });
    const html = (await page?.text()) ?? '';
    expect(html).toContain('Sign in to continue to Codex');
    expect(html).toContain('described by a document at <strong>chatgpt.com</strong>');
    expect(html).not.toContain('could not be read');
  });

  test('is asked again after a while', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const asked = answerWith(noNetwork);
      await using server = await start();
      await authorize(server.issuer, { client_id: id, scope });
      asked.mockImplementation(() => Response.json(document));
      vi.advanceTimersByTime(61_000);
      const later = performance.now() + 61_000;
      vi.spyOn(performance, 'now').mockImplementation(() => later);
      const { page } = await authorize(server.issuer, { client_id: id, scope });
      expect(await page?.text()).toContain('Sign in to continue to Codex');
    } finally {
      vi.useRealTimers();
    }
  });
});
