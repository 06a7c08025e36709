import { ClientSecretPost } from 'oauth4webapi';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openBrowser } from './browser.ts';
import { authorize, discover, redeem, registerClient, signIn, verify } from './client.ts';
import { mcp, start } from './server.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('clients', () => {
  test('may ask for every scope the metadata lists', async () => {
    await using server = await start();
    const client = await registerClient(server.issuer);
    const scope = (await discover(server.issuer)).scopes_supported?.join(' ') ?? '';
    const tokens = await redeem(
      server.issuer,
      client,
      await signIn(server.issuer, client, { scope, prompt: 'consent' }),
    );
    expect(tokens.scope).toBe(scope);
  });

  test('may step up to a scope they did not register', async () => {
    await using server = await start();
    const client = await registerClient(server.issuer, { scope: 'openid' });
    const browser = openBrowser();
    await redeem(
      server.issuer,
      client,
      await signIn(server.issuer, client, { scope: 'openid' }, { browser }),
    );
    const stepUp = await signIn(server.issuer, client, { scope: 'openid mcp:admin' }, { browser });
    const tokens = await redeem(server.issuer, client, stepUp);
    expect(await verify(server.issuer, tokens.access_token, mcp)).toHaveProperty('scope', 'openid mcp:admin');
  });

  test.each([
    ['unknown scopes beside known ones', 'openid nonsense:write', 'openid'],
    ['unknown scopes alone', 'nonsense:write', 'openid profile email'],
    ['no scope', '', 'openid profile email'],
  ])('are not locked out by %s', async (_name, scope, granted) => {
    await using server = await start();
    const client = await registerClient(server.issuer);
    const tokens = await redeem(server.issuer, client, await signIn(server.issuer, client, { scope }));
    expect(await verify(server.issuer, tokens.access_token, mcp)).toHaveProperty('scope', granted);
  });

  test.each([
    ['http://127.0.0.1/callback', 'http://127.0.0.1:55001/callback'],
    ['http://localhost:1234/callback', 'http://localhost:55002/callback'],
    ['http://[::1]/callback', 'http://[::1]:55003/callback'],
    ['cursor://anysphere.cursor-mcp/oauth/callback', 'cursor://anysphere.cursor-mcp/oauth/callback'],
    ['https://vscode.dev/redirect', 'https://vscode.dev/redirect'],
    ['com.example.app:/callback', 'com.example.app:/callback'],
  ])('registered with %s are answered at %s', async (registered, used) => {
    await using server = await start();
    const client = await registerClient(server.issuer, { redirect_uris: [registered] });
    const signedIn = await signIn(server.issuer, client, { redirect_uri: used });
    expect(signedIn.redirect.href.startsWith(used)).toBe(true);
    await redeem(server.issuer, client, signedIn);
  });

  test.each([
    ['application_type web with a loopback redirect', { application_type: 'web' }],
    [
      'fields of unknown or useless content',
      {
        software_id: 'x',
        logo_uri: '',
        contacts: ['nobody'],
        tos_uri: null,
        client_name: '',
        custom: { a: 1 },
      },
    ],
    ['grant types this server has not', { grant_types: ['authorization_code', 'client_credentials'] }],
    [
      'URLs that a server would fetch',
      { jwks_uri: 'http://[::1]:1/', sector_identifier_uri: 'https://a.test' },
    ],
  ])('register with %s', async (_name, metadata) => {
    await using server = await start();
    const client = await registerClient(server.issuer, metadata);
    await redeem(
      server.issuer,
      client,
      await signIn(server.issuer, client, { redirect_uri: 'http://127.0.0.1:55010/callback' }),
    );
  });

  test('may keep a secret', async () => {
    await using server = await start();
    const client = await registerClient(server.issuer, { token_endpoint_auth_method: 'client_secret_post' });
    const secret = ClientSecretPost(String(client.client_secret));
    await redeem(server.issuer, client, await signIn(server.issuer, client), {}, secret);
  });

  test('keep the redirects that work here, of those that an editor registers', async () => {
    await using server = await start();
    const client = await registerClient(server.issuer, {
      redirect_uris: [
        'cursor://anysphere.cursor-mcp/oauth/callback',
        'https://www.cursor.com/agents/mcp/oauth/callback',
        'javascript:alert(1)',
        'http://localhost:8787/callback',
      ],
    });
    const kept = ['cursor://anysphere.cursor-mcp/oauth/callback', 'http://localhost:8787/callback'];
    expect(client.redirect_uris).toEqual(kept);
    const dropped = { redirect_uri: 'https://www.cursor.com/agents/mcp/oauth/callback' };
    const { page } = await authorize(server.issuer, { client_id: client.client_id, ...dropped });
    expect(page?.status).toBe(400);
  });

  test.each([
    ['plain http to another machine', ['http://192.0.2.1/callback']],
    ['a client in the cloud', ['https://claude.ai/api/mcp/auth_callback']],
    ['a script', ['javascript:alert(1)']],
    ['nothing', []],
    ['no list', 'http://127.0.0.1/callback'],
    ['more of them than any client has', Array.from({ length: 21 }, (_, n) => `http://127.0.0.1/${n}`)],
  ])('are refused with redirects to %s', async (_name, redirectUris) => {
    await using server = await start();
    await expect(registerClient(server.issuer, { redirect_uris: redirectUris })).rejects.toHaveProperty(
      'error',
      'invalid_redirect_uri',
    );
  });

  test('may be a metadata document, and sign in with it', async () => {
    await using server = await start();
    const id = 'https://client.example.com/oauth/client.json';
    // No such host exists: the document is served instead of the network, so oidc-provider's connection guard
    // is not exercised here.
    const network = globalThis.fetch;
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) =>
      String(input) === id
        ? Response.json({
            client_id: id,
            client_name: 'Document',
            redirect_uris: ['http://127.0.0.1/callback'],
          })
        : network(input, init),
    );
    const client = { client_id: id };
    const tokens = await redeem(server.issuer, client, await signIn(server.issuer, client));
    expect(await verify(server.issuer, tokens.access_token, mcp)).toHaveProperty('client_id', id);
  });

  test.each([
    'https://localhost/client.json',
    'https://127.0.0.1/client.json',
    'https://[::1]/client.json',
    'https://2130706433/client.json',
    'https://printer.local/client.json',
    'https://intranet/client.json',
    'https://client.example.com:8443/client.json',
  ])('may not make this server fetch %s', async (id) => {
    await using server = await start();
    const fetched = vi.spyOn(globalThis, 'fetch');
    const { page } = await authorize(server.issuer, { client_id: id, scope: 'openid' });
    expect(page?.status).toBe(400);
    expect(await page?.text()).toContain('fetch not allowed');
    expect(fetched.mock.calls.map(([input]) => String(input))).not.toContain(id);
  });
});
