import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { redirectUri, registerClient, signIn } from './client.ts';
import { rawGet } from './raw-request.ts';
import { start } from './server.ts';

const FOREIGN = [
  'https://evil.example',
  'null',
  'http://localhost.evil.example',
  'http://127.0.0.1.evil.example',
  'http://localhost:6274@evil.example',
  'http://localhost:6274/path',
  'https://vscode-webview.evil.example',
  'vscode-webview://id@evil.example/',
  'file://',
  '',
];
const OF_THIS_MACHINE = [
  'http://localhost:6274',
  'http://127.0.0.1:6274',
  'http://[::1]:6274',
  'https://localhost:8443',
  'vscode-webview://0f1e2d3c4b',
  // The page of the resource server.
  'http://localhost:3001',
];

const registration = (origin: string): RequestInit => ({
  method: 'POST',
  headers: { origin, 'content-type': 'application/json' },
  body: JSON.stringify({ redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }),
});

describe('pages of other origins', () => {
  test.each(FOREIGN)('register, read and ask for nothing from %j', async (origin) => {
    await using server = await start();
    const requests: [string, RequestInit][] = [
      ['/reg', registration(origin)],
      ['/reg', { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } }],
      ['/token', { method: 'POST', headers: { origin }, body: new URLSearchParams({ grant_type: 'x' }) }],
      ['/session/end/confirm', { method: 'POST', headers: { origin } }],
      ['/jwks', { headers: { origin } }],
      ['/.well-known/oauth-authorization-server', { headers: { origin } }],
    ];
    for (const [path, init] of requests) {
      const response = await fetch(server.issuer + path, init);
      expect([path, response.status]).toEqual([path, 403]);
      expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  test.each([
    ['a frame', 'navigate', 'iframe'],
    ['an image', 'no-cors', 'image'],
    ['a script', 'no-cors', 'empty'],
  ])('start no sign-in in %s', async (_name, mode, dest) => {
    await using server = await start();
    const { client_id } = await registerClient(server.issuer);
    const response = await rawGet(`${server.issuer}/auth?client_id=${client_id}`, {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': mode,
      'sec-fetch-dest': dest,
    });
    expect(response.status).toBe(403);
  });

  test('send the browser here with a link, as a client does', async () => {
    await using server = await start();
    const response = await rawGet(`${server.issuer}/auth?client_id=unknown`, {
      accept: 'text/html',
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    });
    expect(response.status).toBe(400);
    expect(response.body).toContain('invalid_client');
  });
});

describe('pages of this machine', () => {
  test.each(OF_THIS_MACHINE)('may do what clients do from %s', async (origin) => {
    await using server = await start();
    for (const path of ['/reg', '/token', '/jwks', '/.well-known/oauth-authorization-server']) {
      const preflight = await fetch(server.issuer + path, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
      expect(preflight.status).toBe(204);
      expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
      expect(preflight.headers.get('access-control-allow-headers')).toBe('Authorization, *');
      expect(preflight.headers.get('vary')).toContain('Origin');
    }
    const registered = await fetch(`${server.issuer}/reg`, registration(origin));
    expect(registered.status).toBe(201);
    expect(registered.headers.get('access-control-allow-origin')).toBe(origin);
    const client = z.object({ client_id: z.string() }).parse(await registered.json());
    const signedIn = await signIn(server.issuer, client);
    const response = await fetch(`${server.issuer}/token`, {
      method: 'POST',
      headers: { origin },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: client.client_id,
        code: signedIn.redirect.searchParams.get('code') ?? '',
        code_verifier: signedIn.verifier,
        redirect_uri: redirectUri,
      }),
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe(origin);
  });

  test('may not read the sign-in page from another port', async () => {
    await using server = await start();
    const response = await fetch(`${server.issuer}/interaction/any`, {
      headers: { origin: 'http://localhost:6274' },
    });
    expect(response.headers.has('access-control-allow-origin')).toBe(false);
  });
});
