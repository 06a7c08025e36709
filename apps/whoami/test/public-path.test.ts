import { ada, freePort, githubLikeUser, nativeClient, type StandIn, startStandIn } from '@mcp-whoami/testkit';
import { connectSdkV1, connectSdkV2 } from '@mcp-whoami/testkit/clients';
import { describe, expect, it } from 'vitest';
import { proxyKinds, publicPath, startBehindProxy } from './start-behind-proxy.ts';
import { callWhoami, startWhoami } from './start-whoami.ts';

const clients = {
  'SDK v1 over /mcp': { connect: connectSdkV1, transport: 'http', path: 'mcp' },
  'SDK v1 over /sse': { connect: connectSdkV1, transport: 'sse', path: 'sse' },
  'SDK v2 over /mcp': { connect: connectSdkV2, transport: 'http', path: 'mcp' },
  'SDK v2 over /sse': { connect: connectSdkV2, transport: 'sse', path: 'sse' },
} as const;

/** An IdP without metadata: this server publishes it, and is the issuer. */
const byHand = (idp: StandIn) => ({
  PROVIDER: 'oauth2-custom',
  OAUTH2_AUTHORIZATION_ENDPOINT: idp.authorizationEndpoint,
  OAUTH2_TOKEN_ENDPOINT: idp.tokenEndpoint,
  OAUTH2_USERINFO_URL: idp.userinfoUrl,
  OAUTH2_SUBJECT_PATH: 'id',
  OAUTH2_AUDIENCE: '*',
  OAUTH2_SCOPES: 'openid',
});

describe.each(proxyKinds)('behind a proxy that %s', (kind) => {
  it.each(Object.entries(clients))(
    '%s signs in, given only the URL',
    async (_, { connect, transport, path }) => {
      await using whoami = await startBehindProxy(kind);
      expect(whoami[path]).toMatch(/\/tools\/whoami\/\w+$/);
      await using client = await connect(whoami[path], { transport, user: { sub: 'Ada Lovelace' } });
      expect(await client.listTools()).toEqual(['whoami']);
      expect(await client.callWhoami()).toMatchObject({ sub: 'dev-ada' });
    },
  );

  it('SDK v1 and v2 sign in by the metadata that this server publishes as the issuer', async () => {
    await using idp = await startStandIn({
      metadata: 'none',
      accessTokens: 'opaque',
      resource: 'ignored',
      userinfoAnswer: githubLikeUser,
    });
    await using whoami = await startBehindProxy(kind, byHand(idp));
    const { origin } = new URL(whoami.publicUrl);
    const metadata = await fetch(`${origin}/.well-known/oauth-authorization-server${publicPath}`);
    expect(await metadata.json()).toMatchObject({ issuer: whoami.publicUrl });
    for (const connect of [connectSdkV1, connectSdkV2]) {
      await using client = await connect(whoami.mcp, {
        clientInformation: { client_id: nativeClient.client_id },
      });
      expect(await client.callWhoami()).toMatchObject({ login: ada.sub });
    }
  });
});

const start = async (environment: Record<string, string> = {}) => {
  await using stack = new AsyncDisposableStack();
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const idp = stack.use(await startStandIn());
  const whoami = stack.use(
    await startWhoami({
      PORT: String(port),
      PUBLIC_URL: `${origin}${publicPath}/`,
      PROVIDER: 'generic-oidc',
      OIDC_ISSUER: idp.issuer,
      OIDC_LOGOUT_CLIENT_IDS: 'mcp-client',
      ...environment,
    }),
  );
  const token = await idp.issueAccessToken({ resource: whoami.mcp });
  const owned = stack.move();
  return { origin, idp, whoami, token, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};

describe('with a path in PUBLIC_URL', () => {
  it.each([
    ['GET', '/', 200],
    ['GET', '/page/main.js', 200],
    ['GET', '/page/base.css', 200],
    ['GET', '/health', 200],
    ['POST', '/mcp', 401],
    ['GET', '/mcp', 401],
    ['POST', '/MCP/', 401],
    ['GET', '/sse', 401],
    ['POST', '/messages?sessionId=1', 401],
    ['POST', '/backchannel-logout', 400],
    ['GET', '/.well-known/oauth-protected-resource', 200],
    ['GET', '/.well-known/oauth-protected-resource/mcp', 200],
    ['GET', `/.well-known/oauth-protected-resource${publicPath}/sse`, 200],
    ['GET', '/.well-known/oauth-authorization-server', 200],
    ['GET', '/.well-known/other', 404],
    ['GET', '/other', 404],
  ])('%s %s is answered with it and without it: %i', async (method, path, status) => {
    await using started = await start();
    for (const prefix of ['', publicPath]) {
      const { status: found } = await fetch(started.origin + prefix + path, { method });
      expect(found, prefix).toBe(status);
    }
  });

  it('the page is also there without the slash at its end, and its files are under the path', async () => {
    await using started = await start();
    const response = await fetch(started.origin + publicPath, { redirect: 'error' });
    const html = await response.text();
    expect(response.status).toBe(200);
    const files = [...html.matchAll(/(?:href|src)="([^"#]+\.(?:js|css|svg))"/g)].map(([, file = '']) => file);
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      expect(file.startsWith(`${publicPath}/page/`), file).toBe(true);
      expect((await fetch(started.origin + file)).status, file).toBe(200);
    }
  });

  it('a call with a token is served by either name, and by no other spelling of the path', async () => {
    await using started = await start();
    const { origin, token } = started;
    for (const path of ['/mcp', `${publicPath}/mcp`, `${publicPath}/mcp/`])
      expect((await callWhoami(origin + path, token)).status, path).toBe(200);
    for (const path of [
      `${publicPath}${publicPath}/mcp`,
      '/TOOLS/whoami/mcp',
      '/tools%2fwhoami/mcp',
      '/tools/whoami2/mcp',
      '/tools/mcp',
    ])
      expect((await callWhoami(origin + path, token)).status, path).toBe(404);
  });

  it('the stream of /sse names where messages go, with the path', async () => {
    await using started = await start();
    const controller = new AbortController();
    const token = await started.idp.issueAccessToken({ resource: started.whoami.sse });
    for (const url of [started.whoami.sse, `${started.origin}/sse`]) {
      const { body } = await fetch(url, {
        headers: { authorization: `Bearer ${token}` },
        signal: controller.signal,
      });
      const { value = '' } = (await body?.pipeThrough(new TextDecoderStream()).getReader().read()) ?? {};
      expect(value).toContain(`data: ${publicPath}/messages?sessionId=`);
    }
    controller.abort();
  });

  it('the server says while it waits for the IdP that it is there, under both names', async () => {
    await using idp = await startStandIn();
    idp.fail('metadata', 'refuse');
    const port = await freePort();
    const origin = `http://localhost:${port}`;
    const starting = startWhoami({
      PORT: String(port),
      PUBLIC_URL: `${origin}${publicPath}`,
      PROVIDER: 'generic-oidc',
      OIDC_ISSUER: idp.issuer,
      DISCOVERY_RETRY: 'true',
    });
    const answerOf = async (path: string) => {
      const response = await fetch(origin + path);
      return [response.status, response.headers.get('content-type'), await response.text()];
    };
    await expect.poll(() => answerOf('/').catch(() => undefined)).toBeDefined();
    for (const path of ['/', '/mcp', '/health', '/page/main.js'])
      expect(await answerOf(publicPath + path)).toEqual(await answerOf(path));
    idp.recover();
    await using _ = await starting;
  });
});

describe('ALLOWED_HOSTS and X-Forwarded-Host', () => {
  it('let in a proxy that calls the server by a name of its own', async () => {
    const own = { host: 'whoami.internal' };
    await using refused = await startBehindProxy('hands the path on', {}, own);
    expect((await fetch(refused.mcp)).status).toBe(403);
    expect(refused.log[0]?.message).toContain('ALLOWED_HOSTS=whoami.internal ');

    const environment = { ALLOWED_HOSTS: 'other.example:8443, whoami.internal' };
    await using allowed = await startBehindProxy('hands the path on', environment, own);
    expect((await fetch(allowed.mcp)).status).toBe(401);
  });

  it('let in a trusted proxy that says how it was called', async () => {
    for (const [trusted, forwarded, status] of [
      ['1', 'localhost', 401],
      ['0', 'localhost', 403],
      ['1', 'evil.example', 403],
    ] as const) {
      const headers = { host: 'whoami.internal', 'x-forwarded-host': forwarded };
      const environment = { TRUSTED_PROXIES: trusted };
      await using whoami = await startBehindProxy('takes the path off', environment, headers);
      expect((await fetch(whoami.mcp)).status, `${trusted}, ${forwarded}`).toBe(status);
    }
  });
});
