import { LRUCache } from 'lru-cache';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { startDevAuthorizationServer } from '../src/authorization-server.ts';
import { authorize, redeem, registerClient, signIn } from './client.ts';
import { rawGet } from './raw-request.ts';
import { mcp, start } from './server.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('metadata', () => {
  test('is the same document for OAuth and OpenID Connect, at an issuer without path', async () => {
    await using server = await start();
    const documents = await Promise.all(
      ['oauth-authorization-server', 'openid-configuration'].map((name) =>
        fetch(`${server.issuer}/.well-known/${name}`).then((response) => response.json()),
      ),
    );
    expect(server.issuer).toMatch(/^http:\/\/localhost:\d+$/);
    expect(documents[0]).toEqual(documents[1]);
    expect(documents[0]).toMatchObject({
      issuer: server.issuer,
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
      registration_endpoint: `${server.issuer}/reg`,
      scopes_supported: ['openid', 'profile', 'email', 'offline_access', 'mcp:tools', 'mcp:admin'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
    });
  });

  test('starts without a word on the console, with keys of its own each time', async () => {
    const spoken = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'info'), vi.spyOn(console, 'error')];
    await using first = await start();
    await using second = await start();
    const keys = await Promise.all(
      [first, second].map(({ issuer }) => fetch(`${issuer}/jwks`).then((response) => response.json())),
    );
    expect(keys[0]).not.toEqual(keys[1]);
    const client = await registerClient(first.issuer);
    await redeem(first.issuer, client, await signIn(first.issuer, client));
    for (const spy of spoken) expect(spy).not.toHaveBeenCalled();
  });
});

describe('the server', () => {
  test.each([
    ['localhost:1', 200],
    ['127.0.0.1', 200],
    ['[::1]:8080', 200],
    ['rebound.example', 403],
    ['localhost.rebound.example', 403],
    ['127.0.0.1.rebound.example:80', 403],
    ['localhost@rebound.example', 403],
    ['rebound.example, localhost', 403],
    ['[::1].rebound.example', 403],
    ['0.0.0.0', 403],
  ])('answers Host %s with %i', async (host, status) => {
    await using server = await start();
    expect(await rawGet(`${server.issuer}/jwks`, { host })).toHaveProperty('status', status);
  });

  test('refuses to start on a port that is taken', async () => {
    await using server = await start();
    const port = Number(new URL(server.issuer).port);
    const second = startDevAuthorizationServer({ resources: [mcp], scopes: [], port });
    await expect(second).rejects.toHaveProperty('code', 'EADDRINUSE');
  });

  test('ends with connections still open', async () => {
    const server = await start();
    await fetch(`${server.issuer}/jwks`);
    await server[Symbol.asyncDispose]();
    await expect(fetch(`${server.issuer}/jwks`)).rejects.toThrow('fetch failed');
  });

  test('reports a failure of its own, wherever it happens', async () => {
    const onError = vi.fn();
    await using server = await start(onError);
    const client = await registerClient(server.issuer);
    const { browser, url } = await authorize(server.issuer, { client_id: client.client_id });
    const failure = new Error('out of memory');
    vi.spyOn(LRUCache.prototype, 'get').mockImplementation(() => {
      throw failure;
    });
    for (const failing of [url, `${server.issuer}/auth?client_id=${client.client_id}&response_type=code`]) {
      const response = await browser.request(failing);
      expect(await response.text()).not.toContain(failure.message);
      expect(onError).toHaveBeenCalledWith(failure);
      onError.mockClear();
    }
  });

  test('wants at least one resource, and that a URL', async () => {
    await expect(startDevAuthorizationServer({ resources: [], scopes: [] })).rejects.toThrow(TypeError);
    await expect(startDevAuthorizationServer({ resources: ['/mcp'], scopes: [] })).rejects.toThrow('/mcp');
  });
});
