import { adaAtGithub, graceAtGithub } from '@mcp-whoami/testkit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Browser, linksOf, locationOf, openBrowser } from './browser.ts';
import { register, registerClient, type TestClient, tokensOf } from './client.ts';
import { minutes, pass } from './clock.ts';
import { startWithGithub } from './github.ts';

afterEach(() => void vi.restoreAllMocks());

const address = '203.0.113.77';
const confidential = { token_endpoint_auth_method: 'client_secret_basic' };

/** A bridge for Ada alone, one of whose clients has got as far as the page of consent. */
async function start() {
  const bridge = await startWithGithub(
    { settings: { allowedUsers: ['github:1005'], tokenCacheSeconds: 0 } },
    { signInAs: adaAtGithub },
  );
  bridge.comeFrom(address);
  const client = await registerClient(bridge.publicUrl);
  const browser = openBrowser(bridge);
  const begun = await client.begin();
  const page = await browser.open(begun.url);
  return { bridge, client, browser, begun, page, [Symbol.asyncDispose]: () => bridge[Symbol.asyncDispose]() };
}
type Flow = Awaited<ReturnType<typeof start>>;

const authorize = async ({ client, browser }: Flow, parameters: Record<string, string>) =>
  browser.ask((await client.begin(parameters)).url);

const post = ({ bridge }: Flow, path: string, form: Record<string, string>) =>
  fetch(bridge.publicUrl + path, { method: 'POST', body: new URLSearchParams(form) });

async function signIn(client: TestClient, browser: Browser) {
  const begun = await client.begin();
  const back = await browser.open(locationOf(await browser.press(await browser.open(begun.url))));
  return tokensOf(await client.redeem(back.url, begun));
}

describe('a refusal has a reason and the caller’s address in the log', () => {
  it.each<[string, string, (flow: Flow) => Promise<unknown>]>([
    ['a client that is not known', 'invalid_client', (flow) => authorize(flow, { client_id: 'x' })],
    [
      'a redirect_uri',
      'invalid_redirect_uri',
      (flow) => authorize(flow, { redirect_uri: 'https://evil.example/' }),
    ],
    ['a request without PKCE', 'invalid_request', (flow) => authorize(flow, { code_challenge: '' })],
    ['a resource', 'invalid_target', (flow) => authorize(flow, { resource: 'https://evil.example/' })],
    ['a request without a page', 'login_required', (flow) => authorize(flow, { prompt: 'none' })],
    [
      'the end of a request that is not there',
      'invalid_request',
      ({ bridge, browser }) => browser.ask(`${bridge.publicUrl}/oauth/authorize/x`),
    ],
    [
      'a registration',
      'invalid_redirect_uri',
      ({ bridge }) => register(`${bridge.publicUrl}/oauth/register`, { redirect_uris: ['javascript:1'] }),
    ],
    [
      'a registration that is too long',
      'invalid_client_metadata',
      ({ bridge }) =>
        register(`${bridge.publicUrl}/oauth/register`, {
          redirect_uris: Array.from(
            { length: 10 },
            (_, index) => `http://127.0.0.1/${'p'.repeat(200)}${index}`,
          ),
        }),
    ],
    [
      'a token request of nobody',
      'invalid_client',
      (flow) =>
        post(flow, '/oauth/token', { grant_type: 'refresh_token', refresh_token: 'x', client_id: 'x' }),
    ],
    [
      'a code',
      'invalid_grant',
      (flow) =>
        post(flow, '/oauth/token', {
          grant_type: 'authorization_code',
          code: 'x',
          redirect_uri: 'http://127.0.0.1/callback',
          code_verifier: 'v'.repeat(43),
          client_id: flow.client.client.client_id,
        }),
    ],
    ['a refresh token', 'invalid_grant', ({ client }) => client.refresh('x')],
    [
      'a revocation of nobody',
      'invalid_client',
      (flow) => post(flow, '/oauth/revoke', { token: 'x', client_id: 'x' }),
    ],
    [
      'a form of another origin',
      'form_foreign',
      ({ browser, page }) => browser.press(page, 'continue', { headers: { origin: 'https://evil.example' } }),
    ],
    [
      'a form without its token',
      'form_invalid',
      ({ browser, page }) => browser.press(page, 'continue', { token: '' }),
    ],
    [
      'a page in another browser',
      'interaction_unknown',
      ({ bridge, page }) => openBrowser(bridge).open(page.url),
    ],
    [
      'the end of a sign-in in another browser',
      'interaction_unknown',
      ({ bridge, page }) => openBrowser(bridge).open(`${page.url}/done`),
    ],
    [
      'the end of a sign-in that was none',
      'interaction_unknown',
      ({ browser, page }) => browser.open(`${page.url}/done`),
    ],
    [
      'a method of the page',
      'method_not_allowed',
      ({ browser, page }) => browser.ask(page.url, { method: 'PUT' }),
    ],
    [
      'a method of the callback',
      'method_not_allowed',
      ({ bridge, browser }) => browser.ask(`${bridge.publicUrl}/oauth/callback`, { method: 'POST' }),
    ],
    [
      'Cancel',
      'access_denied',
      async ({ browser, page }) => browser.open(locationOf(await browser.press(page, 'cancel'))),
    ],
    [
      'a callback',
      'state_unknown',
      ({ bridge, browser }) => browser.ask(`${bridge.publicUrl}/oauth/callback?code=c&state=s`),
    ],
    [
      'a callback in another browser',
      'other_browser',
      async ({ bridge, browser, page }) => openBrowser(bridge).open(locationOf(await browser.press(page))),
    ],
    [
      'a stranger',
      'not_admitted',
      async ({ bridge, browser, page }) => {
        bridge.github.signInAs(graceAtGithub);
        await browser.open(locationOf(await browser.press(page)));
      },
    ],
    [
      'an outage of the IdP',
      'upstream_unavailable',
      async ({ bridge, browser, page }) => {
        bridge.github.fail('token', 'status-500');
        await browser.open(locationOf(await browser.press(page)));
      },
    ],
    [
      'somebody whom the IdP no longer knows',
      'upstream_refused',
      async ({ bridge, client, browser }) => {
        const tokens = await signIn(client, browser);
        bridge.github.revoke(adaAtGithub);
        pass(minutes(16));
        expect((await client.refresh(tokens.refresh_token)).status).toBe(400);
      },
    ],
    [
      'a caller who is too fast',
      'rate_limited',
      async ({ bridge }) => {
        for (let count = 0; count < 21; count += 1) await register(`${bridge.publicUrl}/oauth/register`);
      },
    ],
    [
      'a form of one’s own sign-ins',
      'form_invalid',
      async ({ bridge, browser }) =>
        browser.press(await browser.open(`${bridge.publicUrl}/sign-ins`), 'continue', { token: 'x' }),
    ],
    [
      'a method of one’s own sign-ins',
      'method_not_allowed',
      ({ bridge, browser }) => browser.ask(`${bridge.publicUrl}/sign-ins`, { method: 'DELETE' }),
    ],
  ])('%s: %s', async (_, reason, act) => {
    await using flow = await start();
    const { logs } = flow.bridge;
    expect(logs).toEqual([]);

    await act(flow);

    expect(logs).toContainEqual(
      expect.objectContaining({ reason, address, message: expect.stringMatching(/\w{3}/) }),
    );
    for (const line of logs) expect(line).toMatchObject({ reason: expect.any(String), address });
  });
});

it('is silent while nothing is refused', async () => {
  await using flow = await start();
  const { bridge, client, browser } = flow;
  const tokens = await signIn(client, browser);
  const { refresh_token: next } = await tokensOf(await client.refresh(tokens.refresh_token));
  await client.revoke(next);
  expect(bridge.logs).toEqual([]);
});

describe('on a bad day', () => {
  const UPSTREAM_TEXTS = [
    'words of the IdP',
    'SECRET-STACK',
    'has denied your application access',
    'client_secret passed are incorrect',
    'code passed is incorrect',
    'Bad credentials',
    'Maintenance',
    'We will be back soon',
  ];

  /** Everything goes wrong once; what was said of it, and what may not have been. */
  async function badDay(flow: Flow) {
    const { bridge, client, browser, page, begun } = flow;
    const { github, publicUrl } = bridge;
    const answers: { status: number; headers: string; body: string; isPage: boolean }[] = [];
    const network = globalThis.fetch;
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      const response = await network(input, init);
      if (!String(input instanceof Request ? input.url : input).startsWith(bridge.origin)) return response;
      // A redirect says its address once more.
      const isPage =
        response.headers.get('content-type')?.startsWith('text/html') === true &&
        !response.headers.has('location');
      const headers = JSON.stringify([...response.headers]);
      answers.push({ status: response.status, headers, body: await response.clone().text(), isPage });
      return response;
    });
    const secrets = new Set<string>();
    const callbackOf = async () => {
      const upstream = locationOf(await browser.press(await browser.open((await client.begin()).url)));
      secrets.add(upstream.searchParams.get('state') ?? '');
      return { upstream, state: upstream.searchParams.get('state') ?? '' };
    };

    // Somebody signs in, and what they got is used where it should not be.
    const back = await browser.open(locationOf(await browser.press(page)));
    const code = back.url.searchParams.get('code') ?? '';
    const owner = await registerClient(publicUrl, confidential);
    const other = await registerClient(publicUrl, { client_name: 'Another' });
    await other.redeem(back.url, begun);
    await client.redeem(back.url, { ...begun, verifier: 'w'.repeat(43) });
    const tokens = await tokensOf(await client.redeem(back.url, begun));
    await other.refresh(tokens.refresh_token);
    await other.revoke(tokens.refresh_token);
    await other.revoke(tokens.access_token);
    await client.refresh(tokens.access_token);
    await client.redeem(back.url, begun);
    await client.refresh(tokens.refresh_token);
    await authorize(flow, { code_challenge: '', state: 'state-of-a-client', nonce: 'nonce-of-a-client' });
    await authorize(flow, { redirect_uri: `https://evil.example/?${tokens.access_token}` });
    await authorize(flow, { client_id: tokens.refresh_token, state: 'state-of-a-client' });
    await authorize(flow, { resource: `https://evil.example/${code}`, scope: code });
    await authorize(flow, { id_token_hint: String(tokens.id_token), max_age: code });
    await post(flow, '/oauth/token', {
      grant_type: tokens.access_token,
      client_id: code,
      client_secret: code,
    });
    await post(flow, '/oauth/token', {
      grant_type: 'refresh_token',
      refresh_token: code,
      scope: tokens.access_token,
      client_id: client.client.client_id,
    });
    const basic = Buffer.from(`${owner.client.client_id}:wrong-secret-of-a-client`).toString('base64');
    await fetch(owner.as.token_endpoint ?? '', {
      method: 'POST',
      headers: { authorization: `Basic ${basic}`, accept: 'text/html' },
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token }),
    });
    await register(`${publicUrl}/oauth/register`, { redirect_uris: [`x:${code}`], client_name: code });

    // The IdP fails, refuses, and answers nonsense.
    for (const fault of ['status-500', 'status-502-html', 'html-200', 'json-array'] as const) {
      for (const endpoint of ['token', 'user'] as const) {
        github.fail(endpoint, fault);
        const failed = await browser.open((await callbackOf()).upstream);
        expect(failed.status).toBeGreaterThanOrEqual(400);
        await browser.open(linksOf(failed)[0] ?? publicUrl);
        github.recover();
      }
    }
    for (const error of ['incorrect_client_credentials', 'bad_verification_code', 'words of the IdP']) {
      github.fail('token', { status: 200, body: { error, error_description: UPSTREAM_TEXTS.join(' ') } });
      await browser.open((await callbackOf()).upstream);
      github.recover();
    }
    github.fail('user', { status: 401, body: { message: 'Bad credentials' } });
    await browser.open((await callbackOf()).upstream);
    github.recover();
    for (const error of ['access_denied', 'server_error', 'invalid_scope', 'words of the IdP']) {
      const { state } = await callbackOf();
      const query = new URLSearchParams({
        state,
        error,
        error_description: 'words of the IdP',
        error_uri: code,
      });
      await browser.open(`${publicUrl}/oauth/callback?${query}`);
    }

    // Somebody else comes, or somewhere else.
    const captured = await callbackOf();
    await openBrowser(bridge).open(captured.upstream);
    await browser.ask(`${publicUrl}/oauth/callback?code=${code}&state=${tokens.refresh_token}`);
    github.signInAs(graceAtGithub);
    await browser.open((await callbackOf()).upstream);
    github.signInAs(adaAtGithub);
    const again = await signIn(client, browser);
    github.revoke(adaAtGithub);
    pass(minutes(16));
    expect((await client.refresh(again.refresh_token)).status).toBe(400);

    const cookies = await browser.cookies.serialize();
    // The plain value of a request's own cookie is the id in its URL; the signature is what counts.
    for (const { key, value } of cookies?.cookies ?? [])
      if (key?.endsWith('.sig') || key?.startsWith('mcp-sign-in')) secrets.add(String(value));
    for (const { query, form } of github.requests)
      for (const value of [query.state, form.code, form.code_verifier])
        if (value !== undefined) secrets.add(value);
    for (const value of [
      ...[tokens, again].flatMap((set) => [set.access_token, set.refresh_token, String(set.id_token)]),
      ...[
        code,
        begun.state,
        begun.verifier,
        'state-of-a-client',
        'nonce-of-a-client',
        'wrong-secret-of-a-client',
      ],
      ...[String(owner.client.client_secret), github.client.secret],
    ])
      secrets.add(value);
    secrets.delete('');
    const verifiers = github.requests.flatMap(({ form }) => form.code_verifier ?? []);
    return { answers, secrets, verifiers };
  }

  it('no log line and no page has a token, a code, a secret, a cookie, a state, or words of the IdP', async () => {
    await using flow = await start();
    const { answers, secrets, verifiers } = await badDay(flow);
    const pages = answers.filter(({ isPage }) => isPage).map(({ body }) => body);
    expect(pages.length).toBeGreaterThan(40);
    expect(flow.bridge.logs.length).toBeGreaterThan(30);
    expect(secrets.size).toBeGreaterThan(30);
    const logs = JSON.stringify(flow.bridge.logs);
    for (const text of [logs, ...pages]) {
      for (const secret of secrets) expect(text).not.toContain(secret);
      for (const words of UPSTREAM_TEXTS) expect(text).not.toContain(words);
      expect(text).not.toMatch(/gh[ou]_|\n\s+at .*:\d+/);
    }
    expect(logs).not.toContain('@example.com');

    const everything = answers.map(({ headers, body }) => headers + body).join('\n');
    for (const words of [...UPSTREAM_TEXTS, flow.bridge.github.client.secret, ...verifiers])
      expect(everything).not.toContain(words);
    expect(everything).not.toMatch(/gh[ou]_/);
  });

  it('everybody who was refused was told why, and nothing failed', async () => {
    await using flow = await start();
    const { answers } = await badDay(flow);
    expect(answers.filter(({ status }) => status === 500)).toEqual([]);
    expect(flow.bridge.logs.filter(({ reason }) => reason === 'bridge_error')).toEqual([]);
    for (const { status, body } of answers) if (status >= 400) expect(body).toMatch(/\w{3}/);
  });
});
