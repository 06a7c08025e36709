import { adaAtGithub, graceAtGithub } from '@mcp-whoami/testkit';
import { decodeJwt, decodeProtectedHeader, exportSPKI, generateKeyPair, importJWK, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { locationOf, openBrowser } from './browser.ts';
import {
  type AuthorizationParameters,
  registerClient,
  type TestClient,
  type Tokens,
  tokensOf,
} from './client.ts';
import { days, minutes, pass } from './clock.ts';
import { startWithGithub } from './github.ts';
import { describeEachStore, secret, type TestStore } from './stores.ts';

const RACERS = 20;

/** A bridge that judges each token anew. */
const start = ({ url }: Pick<TestStore, 'url'> = { url: 'memory:' }) =>
  startWithGithub(
    { settings: { storeUrl: url, bridgeSecret: [secret], tokenCacheSeconds: 0 } },
    { signInAs: adaAtGithub },
  );
type Bridge = Awaited<ReturnType<typeof start>>;

/** As far as a code that is not redeemed. */
async function reachCode(bridge: Bridge, client: TestClient, parameters: AuthorizationParameters = {}) {
  const browser = openBrowser(bridge);
  const begun = await client.begin(parameters);
  const back = await browser.open(locationOf(await browser.press(await browser.open(begun.url))));
  return { begun, callback: back.url };
}

async function signIn(bridge: Bridge, client: TestClient, parameters: AuthorizationParameters = {}) {
  const { begun, callback } = await reachCode(bridge, client, parameters);
  return tokensOf(await client.redeem(callback, begun));
}

const race = <Result>(act: () => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: RACERS }, act));

const isRefused = async (response: Response, status = 400, error = 'invalid_grant') => {
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ error });
};

/** Nothing that a grant gave is good any longer. */
async function expectEnded(bridge: Bridge, client: TestClient, tokens: Tokens) {
  await expect(bridge.connection.verifyAccessToken(tokens.access_token)).rejects.toMatchObject({
    status: 401,
    code: 'revoked',
  });
  await isRefused(await client.refresh(tokens.refresh_token));
}

const describeStores = (body: (open: () => Promise<TestStore>) => void) => {
  describe('with memory', () =>
    body(async () => ({ url: 'memory:', [Symbol.asyncDispose]: async () => {} })));
  describeEachStore(body);
};

describeStores((open) => {
  it('a code is used once in a race of 20, and what it gave has ended (RFC 6749 section 4.1.2)', async () => {
    await using store = await open();
    await using bridge = await start(store);
    const client = await registerClient(bridge.publicUrl);
    const { begun, callback } = await reachCode(bridge, client);

    const answers = await race(() => client.redeem(callback, begun));

    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    for (const answer of answers) if (!won.includes(answer)) await isRefused(answer);
    for (const answer of won) await expectEnded(bridge, client, await tokensOf(answer));
  });

  it('a refresh token is used twice at most in a race of 20, and nobody is signed out by it (#4901)', async () => {
    await using store = await open();
    await using bridge = await start(store);
    const client = await registerClient(bridge.publicUrl);
    const first = await signIn(bridge, client);

    const answers = await race(() => client.refresh(first.refresh_token));

    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(2);
    for (const answer of answers) if (!won.includes(answer)) await isRefused(answer);
    for (const answer of won) {
      const tokens = await tokensOf(answer);
      await bridge.connection.verifyAccessToken(tokens.access_token);
      expect((await client.refresh(tokens.refresh_token)).status).toBe(200);
    }
  });

  it('a code that is used again ends what it gave', async () => {
    await using store = await open();
    await using bridge = await start(store);
    const client = await registerClient(bridge.publicUrl);
    const { begun, callback } = await reachCode(bridge, client);
    const tokens = await tokensOf(await client.redeem(callback, begun));
    await isRefused(await client.redeem(callback, begun));
    await expectEnded(bridge, client, tokens);
  });
});

describe('a code', () => {
  it('is not spent by who has the wrong verifier, redirect_uri or client', async () => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    const other = await registerClient(bridge.publicUrl, { client_name: 'Another' });
    const { begun, callback } = await reachCode(bridge, client);
    const elsewhere = new URL(begun.url);
    elsewhere.searchParams.set('redirect_uri', 'http://127.0.0.1:1/callback');

    await isRefused(await client.redeem(callback, { ...begun, verifier: 'v'.repeat(43) }));
    // Checked here as at the authorization endpoint (CVE-2025-4143).
    await isRefused(await client.redeem(callback, { ...begun, url: elsewhere }));
    await isRefused(await other.redeem(callback, begun));
    await isRefused(await redeemWithout('code_verifier', client, callback, begun));
    await isRefused(await redeemWithout('redirect_uri', client, callback, begun));
    await isRefused(await redeemWithout('client_id', client, callback, begun), 400, 'invalid_request');

    expect((await client.redeem(callback, begun)).status).toBe(200);
  });

  it('is good for a minute', async () => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    const { begun, callback } = await reachCode(bridge, client);
    pass(61);
    await isRefused(await client.redeem(callback, begun));
  });

  async function redeemWithout(
    left: string,
    { as, client }: TestClient,
    callback: URL,
    { url, verifier }: Awaited<ReturnType<TestClient['begin']>>,
  ) {
    const form = new URLSearchParams({
      grant_type: 'authorization_code',
      code: callback.searchParams.get('code') ?? '',
      client_id: client.client_id,
      redirect_uri: url.searchParams.get('redirect_uri') ?? '',
      code_verifier: verifier,
    });
    form.delete(left);
    return fetch(as.token_endpoint ?? '', { method: 'POST', body: form });
  }
});

describe('a refresh token', () => {
  it('that is used a minute after its successor was given ends the family', async () => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    const first = await signIn(bridge, client);
    const second = await tokensOf(await client.refresh(first.refresh_token));
    pass(61);
    await isRefused(await client.refresh(first.refresh_token));
    await expectEnded(bridge, client, second);
  });

  it('may be used once more within that minute; a third use gives nothing and harms nothing', async () => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    const first = await signIn(bridge, client);
    const second = await tokensOf(await client.refresh(first.refresh_token));
    const third = await tokensOf(await client.refresh(first.refresh_token));
    await isRefused(await client.refresh(first.refresh_token));
    for (const { refresh_token: token } of [second, third])
      expect((await client.refresh(token)).status).toBe(200);
  });

  it('of another client is refused, and stays good for its own', async () => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    const other = await registerClient(bridge.publicUrl, { client_name: 'Another' });
    const { refresh_token: token } = await signIn(bridge, client);
    await isRefused(await other.refresh(token));
    expect((await client.refresh(token)).status).toBe(200);
  });

  it('gives no scope that was not granted', async () => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    const { refresh_token: token } = await signIn(bridge, client, { scope: 'openid' });
    await isRefused(await client.refresh(token, { scope: 'openid email' }), 400, 'invalid_scope');
    const { access_token: next } = await tokensOf(await client.refresh(token));
    expect(decodeJwt(next)).not.toHaveProperty('email');
  });

  it('is good for 30 days, each of its successors too, and all of them for 90', async () => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    let tokens = await signIn(bridge, client);
    const { refresh_token: unused } = await signIn(bridge, client);
    for (let month = 0; month < 3; month += 1) {
      pass(days(29));
      tokens = await tokensOf(await client.refresh(tokens.refresh_token));
      if (month === 1) await isRefused(await client.refresh(unused));
    }
    pass(days(4));
    await isRefused(await client.refresh(tokens.refresh_token));
  });
});

describe('revocation', () => {
  it.each(['access_token', 'refresh_token'] as const)(
    'ends by its %s what the client has, and no more',
    async (kind) => {
      await using bridge = await start();
      const client = await registerClient(bridge.publicUrl);
      const other = await registerClient(bridge.publicUrl, { client_name: 'Another' });
      const [ended, kept, others] = [
        await signIn(bridge, client),
        await signIn(bridge, client),
        await signIn(bridge, other),
      ];

      await client.revoke(others[kind]);
      expect((await client.revoke(ended[kind])).status).toBe(200);

      await expectEnded(bridge, client, ended);
      for (const [owner, tokens] of [
        [client, kept],
        [other, others],
      ] as const) {
        await bridge.connection.verifyAccessToken(tokens.access_token);
        expect((await owner.refresh(tokens.refresh_token)).status).toBe(200);
      }
    },
  );

  it('needs the secret of a client that has one', async () => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl, {
      token_endpoint_auth_method: 'client_secret_basic',
    });
    const tokens = await signIn(bridge, client);
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      const response = await fetch(client.as.revocation_endpoint ?? '', {
        method: 'POST',
        body: new URLSearchParams({ token, client_id: client.client.client_id }),
      });
      await isRefused(response, 401, 'invalid_client');
    }
    await bridge.connection.verifyAccessToken(tokens.access_token);
  });

  it('says nothing of tokens that are not of this server', async () => {
    await using bridge = await start();
    await using elsewhere = await start();
    const client = await registerClient(bridge.publicUrl);
    const foreign = await signIn(elsewhere, await registerClient(elsewhere.publicUrl));
    for (const token of [foreign.access_token, foreign.refresh_token, 'a.b.c', 'x'])
      expect((await client.revoke(token)).status).toBe(200);
    await elsewhere.connection.verifyAccessToken(foreign.access_token);
  });
});

describe('as a bearer token is refused', () => {
  it.each<[string, (bridge: Bridge, tokens: Tokens) => string | Promise<string>]>([
    ['a refresh token (#3524)', (_, tokens) => tokens.refresh_token],
    ['an ID token', (_, tokens) => String(tokens.id_token)],
    ['the upstream’s token', githubToken],
    [
      'a token without a signature',
      (_, { access_token: token }) => withHeader(token, { alg: 'none', typ: 'at+jwt' }),
    ],
    [
      'a token whose alg is none and that keeps its signature',
      (_, { access_token: token }) =>
        `${withHeader(token, { alg: 'none', typ: 'at+jwt' })}${token.split('.')[2]}`,
    ],
    [
      'a token signed by another key, under this one’s name',
      async (_, { access_token: token }) => {
        const { privateKey } = await generateKeyPair('ES256');
        return signed(token, privateKey, 'ES256');
      },
    ],
    [
      'a token signed by another key that it brings along',
      async (_, { access_token: token }) => {
        const { privateKey, publicKey } = await generateKeyPair('ES256');
        const jwk = await crypto.subtle.exportKey('jwk', publicKey);
        return signed(token, privateKey, 'ES256', { jwk });
      },
    ],
    [
      'a token signed by the public key as a secret',
      async (bridge, { access_token: token }) => {
        const { keys }: { keys: Parameters<typeof importJWK>[0][] } = JSON.parse(
          await (await fetch(`${bridge.publicUrl}/oauth/jwks`)).text(),
        );
        const key = await importJWK(keys[0] ?? {}, 'ES256', { extractable: true });
        if (key instanceof Uint8Array) throw new Error('an elliptic curve key is expected');
        return signed(token, new TextEncoder().encode(await exportSPKI(key)), 'HS256');
      },
    ],
    [
      'a token that says more than was signed',
      (_, { access_token: token }) => {
        const [header, , signature] = token.split('.');
        const claims = { ...decodeJwt(token), sub: 'github:1' };
        return `${header}.${encode(claims)}.${signature}`;
      },
    ],
  ])('%s', async (_, make) => {
    await using bridge = await start();
    const tokens = await signIn(bridge, await registerClient(bridge.publicUrl));
    await bridge.connection.verifyAccessToken(tokens.access_token, { resource: bridge.resource });

    const judgement = bridge.connection.verifyAccessToken(await make(bridge, tokens), {
      resource: bridge.resource,
    });

    await expect(judgement).rejects.toMatchObject({ status: 401 });
  });

  it('a token of another bridge', async () => {
    await using bridge = await start();
    await using other = await start();
    const { access_token: token } = await signIn(other, await registerClient(other.publicUrl));
    await expect(bridge.connection.verifyAccessToken(token)).rejects.toMatchObject({ status: 401 });
  });

  it('a token after its hour', async () => {
    await using bridge = await start();
    const { access_token: token } = await signIn(bridge, await registerClient(bridge.publicUrl));
    pass(minutes(62));
    await expect(bridge.connection.verifyAccessToken(token)).rejects.toMatchObject({ status: 401 });
  });
});

describe('a token says', () => {
  it.each([
    ['openid', []],
    ['openid profile', ['name', 'preferred_username']],
    ['openid email', ['email']],
  ])('of a person what the scope %s gives, and no more', async (scope, expected) => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    const first = await signIn(bridge, client, { scope });
    const second = await tokensOf(await client.refresh(first.refresh_token));
    const profile = ['name', 'preferred_username', 'picture', 'profile', 'email', 'email_verified'];
    for (const { access_token: token, id_token: idToken } of [first, second]) {
      const claims = Object.keys(decodeJwt(token));
      expect(profile.filter((name) => claims.includes(name))).toEqual(expected);
      if (!scope.includes('email')) expect(JSON.stringify(decodeJwt(String(idToken)))).not.toContain('@');
    }
  });

  it('who it is of, whoever signed in before in that browser', async () => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl);
    await signIn(bridge, client);
    bridge.github.signInAs(graceAtGithub);
    const { access_token: token } = await signIn(bridge, client);
    expect(decodeJwt(token)).toMatchObject({ sub: 'github:1006', preferred_username: 'grace' });
  });
});

describe('a client with a secret', () => {
  it.each(['client_secret_basic', 'client_secret_post'])('signs people in: %s', async (method) => {
    await using bridge = await start();
    const client = await registerClient(bridge.publicUrl, { token_endpoint_auth_method: method });
    expect(client.client.client_secret).toMatch(/^[\w-]{43,}$/);
    expect(client.client.token_endpoint_auth_method).toBe(method);
    const tokens = await signIn(bridge, client);
    expect((await client.refresh(tokens.refresh_token)).status).toBe(200);
  });

  it('has one of its own, which nobody gets to know and the IdP does not have (fastmcp-ts #262)', async () => {
    await using bridge = await start();
    const metadata = { token_endpoint_auth_method: 'client_secret_basic' };
    const [one, two] = [
      await registerClient(bridge.publicUrl, metadata),
      await registerClient(bridge.publicUrl, metadata),
    ];
    const { secret: upstreamSecret, id: upstreamId } = bridge.github.client;
    expect(one.client.client_secret).not.toBe(two.client.client_secret);
    for (const { client } of [one, two]) {
      const { client_secret: own, ...rest } = client;
      expect(own).not.toBe(upstreamSecret);
      expect(JSON.stringify(rest)).not.toContain(String(own));
      expect(JSON.stringify(client)).not.toContain(upstreamSecret);
      expect(JSON.stringify(client)).not.toContain(upstreamId);
      expect(Buffer.from(client.client_id, 'base64url').toString('latin1')).not.toContain(String(own));
    }
  });

  it('is refused without it, with another’s, and with the upstream’s', async () => {
    await using bridge = await start();
    const metadata = { token_endpoint_auth_method: 'client_secret_basic' };
    const client = await registerClient(bridge.publicUrl, metadata);
    const other = await registerClient(bridge.publicUrl, metadata);
    const { refresh_token: token } = await signIn(bridge, client);
    const { client_id: id } = client.client;
    const basic = (value: unknown) => ({
      authorization: `Basic ${Buffer.from(`${id}:${String(value)}`).toString('base64')}`,
    });
    const ask = (headers: Record<string, string>, form: Record<string, string> = {}) =>
      fetch(client.as.token_endpoint ?? '', {
        method: 'POST',
        headers,
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token, ...form }),
      });

    for (const [headers, form] of [
      [{}, { client_id: id }],
      [{}, { client_id: id, client_secret: '' }],
      [basic(''), {}],
      [basic(other.client.client_secret), {}],
      [basic(bridge.github.client.secret), {}],
      [basic('undefined'), {}],
    ] as const)
      expect(await (await ask(headers, form)).json()).toMatchObject({
        error: expect.stringMatching(/^invalid_(client|request)$/),
      });
    expect((await client.refresh(token)).status).toBe(200);
  });
});

it.each([
  'password',
  'client_credentials',
  'implicit',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'x',
])('knows no grant_type %s', async (type) => {
  await using bridge = await start();
  const { as, client } = await registerClient(bridge.publicUrl, {
    grant_types: ['authorization_code', type],
  });
  const response = await fetch(as.token_endpoint ?? '', {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: type,
      client_id: client.client_id,
      username: 'ada',
      password: 'x',
    }),
  });
  await isRefused(response, 400, 'unsupported_grant_type');
});

/** What GitHub gives the bridge, got in its name. */
async function githubToken({ github, publicUrl }: Bridge): Promise<string> {
  const { id, secret: clientSecret } = github.client;
  const url = new URL(github.authorizationEndpoint);
  url.search = new URLSearchParams({ client_id: id, redirect_uri: `${publicUrl}/oauth/callback` }).toString();
  const { headers } = await fetch(url, { redirect: 'manual' });
  const code = new URL(headers.get('location') ?? '').searchParams.get('code') ?? '';
  const response = await fetch(github.tokenEndpoint, {
    method: 'POST',
    body: new URLSearchParams({ client_id: id, client_secret: clientSecret, code }),
  });
  const token = new URLSearchParams(await response.text()).get('access_token') ?? '';
  expect(token).toMatch(/^gho_/);
  return token;
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

/** Another header before the claims of a token, and no signature after them. */
const withHeader = (token: string, header: object) => `${encode(header)}.${token.split('.')[1]}.`;

function signed(token: string, key: Parameters<SignJWT['sign']>[0], alg: string, header: object = {}) {
  const { kid = '' } = decodeProtectedHeader(token);
  return new SignJWT(decodeJwt(token)).setProtectedHeader({ alg, typ: 'at+jwt', kid, ...header }).sign(key);
}
