import { adaAtGithub } from '@mcp-whoami/testkit';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { type Answer, locationOf, openBrowser } from './browser.ts';
import {
  type AuthorizationParameters,
  register,
  registerClient,
  type TestClient,
  tokensOf,
} from './client.ts';
import { startWithGithub } from './github.ts';

const start = () => startWithGithub({}, { signInAs: adaAtGithub });
type Bridge = Awaited<ReturnType<typeof start>>;

/** What the first answer to an authorization request is. */
async function ask(bridge: Bridge, client: TestClient, parameters: AuthorizationParameters = {}) {
  const begun = await client.begin(parameters);
  return { begun, answer: await openBrowser(bridge).ask(begun.url) };
}

const goesOn = ({ location }: Answer) => location?.pathname.startsWith('/oauth/sign-in/') === true;

/** What the client is told; nothing where the browser stays at a page. */
const errorOf = ({ location }: Answer) =>
  location && {
    ...Object.fromEntries(location.searchParams),
    // Of a response_type for which that is the default.
    ...Object.fromEntries(new URLSearchParams(location.hash.slice(1))),
  };

async function signIn(bridge: Bridge, client: TestClient, parameters: AuthorizationParameters = {}) {
  const browser = openBrowser(bridge);
  const begun = await client.begin(parameters);
  const back = await browser.open(locationOf(await browser.press(await browser.open(begun.url))));
  return { begun, callback: back.url };
}

describe('redirect_uri', () => {
  const registered = [
    'https://client.example.com/callback',
    'http://127.0.0.1/callback',
    'http://localhost/cb',
  ];

  it.each([
    'https://client.example.com/callback',
    'http://127.0.0.1/callback',
    'http://127.0.0.1:49152/callback',
    'http://localhost:5/cb',
  ])('%s is one that was registered, with any port on loopback (vscode#278512)', async (redirectUri) => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl, { redirect_uris: registered });
    expect((await ask(bridge, client, { redirect_uri: redirectUri })).answer).toSatisfy(goesOn);
  });

  it('has any port on [::1] too', async () => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl, { redirect_uris: ['http://[::1]:1/callback'] });
    expect((await ask(bridge, client, { redirect_uri: 'http://[::1]:49152/callback' })).answer).toSatisfy(
      goesOn,
    );
  });

  it.each([
    'https://client.example.com/callback/',
    'https://client.example.com/callback?next=1',
    'https://client.example.com/callback#next',
    'https://client.example.com/Callback',
    'https://client.example.com:8443/callback',
    'https://client.example.com@evil.example/callback',
    'https://client.example.com.evil.example/callback',
    'https://evil.example/callback',
    'http://client.example.com/callback',
    ' https://client.example.com/callback',
    'https://client.example.com/callback\n',
    'https://client.example.com/callback/../evil',
    'https://client.example.com/callback/%2e%2e/evil',
    'https://client.example.com/x/../callback',
    'https://client.example.com\\callback',
    'http://127.0.0.1:49152/callback/../evil',
    'http://127.0.0.1:49152/other',
    'http://127.0.0.1:49152@evil.example/callback',
    'http://user@127.0.0.1:49152/callback',
    'http://127.0.0.1.evil.example/callback',
    'http://localhost:5/callback',
    'https://127.0.0.1:49152/callback',
    'http://2130706433/callback',
    'javascript:alert(1)//https://client.example.com/callback',
    '',
  ])('%j is none, and the browser is sent nowhere (#3963, CVE-2025-4143)', async (redirectUri) => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl, { redirect_uris: registered });
    const { answer } = await ask(bridge, client, { redirect_uri: redirectUri });
    expect(answer).toMatchObject({ status: 400, location: undefined });
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(bridge.logs.at(-1)).toMatchObject({ reason: expect.stringMatching(/^invalid_/) });
  });

  it.each(['code', 'error'])('is checked for an %s too, whatever else is wrong', async (kind) => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    const { answer } = await ask(bridge, client, {
      redirect_uri: 'https://evil.example/callback',
      ...(kind === 'error' ? { response_type: 'token', resource: 'https://evil.example/' } : {}),
    });
    expect(answer).toMatchObject({ status: 400, location: undefined });
  });

  it('is not taken from a state or a parameter of the callback (workers-oauth-provider #92)', async () => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    const browser = openBrowser(bridge);
    const begun = await client.begin({ state: 'https://evil.example/callback' });
    const upstream = locationOf(await browser.press(await browser.open(begun.url)));
    const callback = locationOf(await browser.ask(upstream));
    callback.searchParams.set('redirect_uri', 'https://evil.example/callback');
    const done = locationOf(await browser.ask(callback));
    done.searchParams.set('redirect_uri', 'https://evil.example/callback');
    expect((await browser.open(done)).url.href).toMatch(/^http:\/\/127\.0\.0\.1:49152\/callback\?code=/);
  });

  it.each([
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    ' javascript:alert(1)',
    'java\tscript:alert(1)',
    'javascript\n:alert(1)',
    'javascript://127.0.0.1/%0aalert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    'ms-settings:',
    'blob:http://127.0.0.1/x',
    'http://client.example.com/callback',
    'http:127.0.0.1/callback',
    'https://user@client.example.com/callback',
    'https://client.example.com/callback#x',
    'https://10.0.0.1/callback',
    'https://client/callback',
    'https://client.example.com/a/../callback',
  ])('%j cannot be registered (workers-oauth-provider #97)', async (redirectUri) => {
    await using bridge = await start();
    const response = await register(`${bridge.publicUrl}/oauth/register`, { redirect_uris: [redirectUri] });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'invalid_redirect_uri' });
  });
});

it('takes no pattern for a redirect_uri: what was registered is compared as it is (keboola #512)', async () => {
  await using bridge = await start();
  const client = await registerClient(bridge.publicUrl, {
    redirect_uris: ['https://*.example.com/callback'],
  });
  const { answer } = await ask(bridge, client, { redirect_uri: 'https://evil.example.com/callback' });
  expect(answer).toMatchObject({ status: 400, location: undefined });
});

describe('PKCE', () => {
  it.each<[string, AuthorizationParameters]>([
    ['none', { code_challenge: [], code_challenge_method: [] }],
    ['a method without a challenge', { code_challenge: [] }],
    ['an empty challenge', { code_challenge: '' }],
    ['plain', { code_challenge_method: 'plain' }],
    ['plain, as nothing else is said', { code_challenge_method: [] }],
    ['a challenge that is too short', { code_challenge: 'short' }],
    ['S256 in other letters', { code_challenge_method: 's256' }],
  ])('%s is refused of everybody (CVE-2025-4144)', async (_, parameters) => {
    await using bridge = await start();
    for (const method of ['none', 'client_secret_basic']) {
      const client = await registerClient(bridge.publicUrl, { token_endpoint_auth_method: method });
      const { answer, begun } = await ask(bridge, client, parameters);
      expect(errorOf(answer)).toMatchObject({
        error: 'invalid_request',
        state: begun.state,
        iss: bridge.publicUrl,
      });
    }
  });
});

describe('resource', () => {
  const audienceOf = async (client: TestClient, bridge: Bridge, parameters: AuthorizationParameters) => {
    const { begun, callback } = await signIn(bridge, client, parameters);
    const { access_token: token } = await tokensOf(await client.redeem(callback, begun));
    return { token, audience: decodeJwt(token).aud };
  };

  it('is /mcp where a client names none, or names that', async () => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    const { resource } = bridge;
    for (const parameters of [{}, { resource }, { resource: [resource, resource] }])
      expect((await audienceOf(client, bridge, parameters)).audience).toBe(resource);
  });

  it('gives a token for the one that is named, and for no other (CVE-2025-69196)', async () => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    const { verifyAccessToken } = bridge.connection;
    for (const [resource, other] of [
      [bridge.sse, bridge.resource],
      [bridge.resource, bridge.sse],
    ] as const) {
      const { token, audience } = await audienceOf(client, bridge, { resource });
      expect(audience).toBe(resource);
      expect(await verifyAccessToken(token, { resource })).toMatchObject({ subject: 'github:1005' });
      await expect(verifyAccessToken(token, { resource: other })).rejects.toMatchObject({
        status: 401,
        code: 'audience_mismatch',
      });
    }
  });

  it.each<[string, (bridge: Bridge) => string | string[]]>([
    ['two of this server', ({ resource, sse }) => [resource, sse]],
    ['two of this server, and one twice', ({ resource, sse }) => [resource, sse, resource]],
    ['one of this server and a foreign one', ({ resource }) => [resource, 'https://other.example.com/mcp']],
    ['a foreign one', () => 'https://other.example.com/mcp'],
    ['the IdP', ({ github }) => github.apiUrl],
    ['the origin', ({ publicUrl }) => publicUrl],
    ['one with a slash more', ({ resource }) => `${resource}/`],
    ['one with a query', ({ resource }) => `${resource}?x`],
    ['what is no URL', () => 'mcp'],
  ])('%s is invalid_target', async (_, resourceOf) => {
    await using bridge = await start();
    const { answer, begun } = await ask(bridge, await registerClient(bridge.publicUrl), {
      resource: resourceOf(bridge),
    });
    expect(errorOf(answer)).toMatchObject({
      error: 'invalid_target',
      state: begun.state,
      iss: bridge.publicUrl,
    });
  });

  it('stays what it was at the token endpoint', async () => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    const { resource, sse } = bridge;
    const refused = async (response: Response) => {
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: 'invalid_target' });
    };
    for (const other of [sse, 'https://other.example.com/mcp', `${resource}/`]) {
      const { begun, callback } = await signIn(bridge, client, { resource });
      await refused(await client.redeem(callback, begun, { resource: other }));
    }

    const { begun, callback } = await signIn(bridge, client, { resource });
    const tokens = await tokensOf(await client.redeem(callback, begun, { resource }));
    await refused(await client.refresh(tokens.refresh_token, { resource: sse }));
    const next = await tokensOf(await client.refresh(tokens.refresh_token, { resource }));
    expect(decodeJwt(next.access_token).aud).toBe(bridge.resource);
  });

  it.each(['/oauth/AUTHORIZE', '/oauth/authorize/', '/OAUTH/authorize', '/oauth/%61uthorize'])(
    'is not asked for at another spelling of the endpoint: %s',
    async (path) => {
      await using bridge = await start();
      const client = await registerClient(bridge.publicUrl);
      const { url } = await client.begin({ resource: [bridge.resource, bridge.sse] });
      url.pathname = path;
      expect(await openBrowser(bridge).ask(url)).toMatchObject({ status: 404, location: undefined });
    },
  );

  it('is not asked for by POST', async () => {
    await using bridge = await start();
    const { url } = await (await registerClient(bridge.publicUrl)).begin();
    const { origin, pathname, searchParams } = url;
    const answer = await openBrowser(bridge).ask(origin + pathname, {
      method: 'POST',
      body: new URLSearchParams([...searchParams, ['resource', bridge.resource], ['resource', bridge.sse]]),
    });
    expect(answer).toMatchObject({ location: undefined });
    expect(answer.status).toBeGreaterThanOrEqual(400);
  });
});

describe('a client that is not known', () => {
  it.each<[string, (id: string) => string]>([
    ['made up', () => 'a-client'],
    ['of another server', (id) => `A${id.slice(1)}`],
    ['changed at its end', (id) => `${id}A`],
    ['none', () => ''],
    ['the upstream’s', () => 'Iv1.8a61f9b3a7aba766'],
    ['a document on this machine', () => 'https://localhost/client.json'],
    ['a document at an address', () => 'https://169.254.169.254/client.json'],
    ['a document without https', () => 'http://client.example.com/client.json'],
  ])('gets a page and no redirect: %s', async (_, idOf) => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    const { answer } = await ask(bridge, client, { client_id: idOf(client.client.client_id) });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.location).toBeUndefined();
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('x-frame-options')).toBe('DENY');
  });

  it('is no use for another bridge', async () => {
    await using bridge = await start();
    await using other = await start();
    const client = await registerClient(bridge.publicUrl);
    const { answer } = await ask(other, await registerClient(other.publicUrl), {
      client_id: client.client.client_id,
    });
    expect(answer).toMatchObject({ status: 400, location: undefined });
  });
});

describe('the answer to a client', () => {
  it('names the issuer, with a code (RFC 9207)', async () => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    const { begun, callback } = await signIn(bridge, client);
    expect(Object.fromEntries(callback.searchParams)).toEqual({
      code: expect.stringMatching(/^[\w-]{43}$/),
      iss: bridge.publicUrl,
      state: begun.state,
    });
    expect(client.as.authorization_response_iss_parameter_supported).toBe(true);
  });

  it.each<[string, AuthorizationParameters, string]>([
    ['prompt=none', { prompt: 'none' }, 'login_required'],
    ['another response_type', { response_type: 'token' }, 'unsupported_response_type'],
    ['an implicit one', { response_type: 'code id_token', nonce: 'n' }, 'unsupported_response_type'],
    ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
    ['a request object by reference', { request_uri: 'https://evil.example/r' }, 'request_uri_not_supported'],
    ['a registration', { registration: '{}' }, 'registration_not_supported'],
    ['a repeated scope', { scope: ['openid', 'email'] }, 'invalid_request'],
  ])('is an error with the issuer for %s, and no page', async (_, parameters, error) => {
    await using bridge = await start();
    const { answer, begun } = await ask(bridge, await registerClient(bridge.publicUrl), parameters);
    expect(errorOf(answer)).toMatchObject({ error, state: begun.state, iss: bridge.publicUrl });
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  it.each<AuthorizationParameters>([
    { prompt: 'none' },
    { response_type: 'token' },
    { response_mode: 'fragment', prompt: 'none' },
    { response_mode: 'form_post', prompt: 'none' },
    { resource: 'https://evil.example/' },
    { redirect_uri: [], response_type: 'token' },
  ])('is no link to a site that nobody agreed to go to (RFC 9700 section 4.11.2): %j', async (parameters) => {
    await using bridge = await start();
    const site = 'https://client.example.com/callback';
    const client = await registerClient(bridge.publicUrl, { redirect_uris: [site] });
    const { answer } = await ask(bridge, client, { redirect_uri: site, ...parameters });
    expect(answer).toMatchObject({ status: 400, location: undefined });
    expect(answer.html).toContain('Sign-in stopped');
    expect(answer.html).not.toContain('client.example.com');
  });

  it('goes to such a site once the person has decided', async () => {
    await using bridge = await start();
    const site = 'https://client.example.com/callback';
    const client = await registerClient(bridge.publicUrl, { redirect_uris: [site] });
    const browser = openBrowser(bridge);
    const page = await browser.open((await client.begin({ redirect_uri: site })).url);
    const { url } = await browser.open(locationOf(await browser.press(page, 'cancel')));
    expect(url.href).toMatch(/^https:\/\/client\.example\.com\/callback\?error=access_denied&/);
  });

  it.each<AuthorizationParameters>([
    { prompt: 'login' },
    { prompt: 'consent' },
    { prompt: 'select_account' },
    { prompt: 'login consent select_account' },
    { max_age: '0' },
    { scope: 'openid offline_access', prompt: 'consent' },
    { response_mode: 'query' },
    { scope: '' },
  ])('is a code after one page of consent, whatever is asked besides: %j', async (parameters) => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    const { begun, callback } = await signIn(bridge, client, parameters);
    expect((await client.redeem(callback, begun)).status).toBe(200);
  });

  it('goes on without scopes that do not exist, and gives no more than was asked for', async () => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    const { begun, callback } = await signIn(bridge, client, { scope: 'openid read:org admin' });
    const tokens = await tokensOf(await client.redeem(callback, begun));
    expect(tokens.scope).toBe('openid');
  });
});
