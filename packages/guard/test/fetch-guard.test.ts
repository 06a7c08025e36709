import { createServer, IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { ProviderConnection, Resources } from '@mcp-whoami/provider';
import { ada, serveOnLoopback, startStandIn } from '@mcp-whoami/testkit';
import { describe, expect, expectTypeOf, it, onTestFinished, vi } from 'vitest';
import { createFetchGuard, type FetchGuardOptions } from '../src/fetch.ts';
import { captureLog } from './captured-log.ts';
import { connectForTest, type GuardedServerOptions } from './guarded-server.ts';
import { parseChallenge } from './parse-challenge.ts';

const origin = 'https://mcp.example.com';
const mcp = `${origin}/mcp`;
const page = 'http://localhost:6274';
const prm = '/.well-known/oauth-protected-resource';

interface StartOptions
  extends Pick<FetchGuardOptions, 'addressOf' | 'trustedProxies' | 'allowedHosts' | 'allowedOrigins'> {
  resources?: Resources;
  settings?: GuardedServerOptions['settings'];
}

/** A guard of the web standards with an IdP whose users it lets in. */
const start = async ({ settings, ...options }: StartOptions = {}) => {
  await using stack = new AsyncDisposableStack();
  const { resources = [mcp] } = options;
  const idp = stack.use(await startStandIn());
  const connection = stack.use(await connectForTest(idp, { settings, resources, publicUrl: origin }));
  const log = captureLog();
  const guard = createFetchGuard({ ...options, connection, resources, logger: log.logger });
  const owned = stack.move();
  return {
    idp,
    guard,
    log,
    /** A request with a good token. */
    signedIn: async (url = mcp, init: RequestInit = {}) => {
      const token = await idp.issueAccessToken({ resource: url });
      return new Request(url, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } });
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
};

const refusalOf = (answer: unknown): Response => {
  expect(answer).toBeInstanceOf(Response);
  return answer instanceof Response ? answer : Response.error();
};

describe('authorize', () => {
  it('gives the access token of a request of the web standards, and of Node', async () => {
    await using started = await start();
    const request = await started.signedIn();
    expect(await started.guard.entrance(request)).toBeUndefined();
    expect(await started.guard.authorize(request)).toMatchObject({ subject: ada.sub, provedBy: 'jwt' });

    const node = new IncomingMessage(new Socket());
    node.url = '/mcp';
    node.rawHeaders = ['Host', 'localhost', 'Authorization', request.headers.get('authorization') ?? ''];
    expect(await started.guard.entrance(node)).toBeUndefined();
    expect(await started.guard.authorize(node)).toMatchObject({ subject: ada.sub });
    expect(started.log.lines).toEqual([]);
  });

  it('invites a request without a token to sign in', async () => {
    await using started = await start();
    const request = new Request(mcp);
    expect(await started.guard.entrance(request)).toBeUndefined();
    const refusal = refusalOf(await started.guard.authorize(request));
    expect(refusal.status).toBe(401);
    expect(parseChallenge(refusal.headers.get('www-authenticate'))).toEqual({
      scope: 'openid profile',
      resource_metadata: `${origin}${prm}/mcp`,
    });
    expect(refusal.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await refusal.json()).toMatchObject({ error: 'unauthorized', reason: 'credentials_missing' });
    expect(started.log.records()).toMatchObject([
      { reason: 'credentials_missing', path: '/mcp', requestId: refusal.headers.get('x-request-id') },
    ]);
  });

  it('refuses two Authorization headers, joined or not', async () => {
    await using started = await start();
    const headers: [string, string][] = [
      ['authorization', 'Bearer a'],
      ['authorization', 'Bearer b'],
    ];
    expect(refusalOf(await started.guard.authorize(new Request(mcp, { headers }))).status).toBe(401);
    const node = new IncomingMessage(new Socket());
    node.rawHeaders = headers.flat();
    expect(refusalOf(await started.guard.authorize(node)).status).toBe(400);
  });

  it('answers 403, and 503 with Retry-After, and heals', async () => {
    await using started = await start({ settings: { requiredScopes: ['mcp:write'] } });
    const scopeless = refusalOf(await started.guard.authorize(await started.signedIn()));
    expect(scopeless.status).toBe(403);
    expect(parseChallenge(scopeless.headers.get('www-authenticate'))).toMatchObject({
      error: 'insufficient_scope',
      scope: 'openid profile mcp:write',
    });

    await using waiting = await start();
    const request = await waiting.signedIn();
    waiting.idp.fail('jwks', 'status-500');
    const undecided = refusalOf(await waiting.guard.authorize(request));
    expect(undecided.status).toBe(503);
    expect(undecided.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(undecided.headers.has('www-authenticate')).toBe(false);
    waiting.idp.recover();
    expect(await waiting.guard.authorize(request)).toMatchObject({ subject: ada.sub });
  });

  it('answers a defect with 500, which a host would call a bad token', async () => {
    await using idp = await startStandIn();
    await using connection = await connectForTest(idp, {
      settings: {},
      resources: [mcp],
      publicUrl: origin,
    });
    const log = captureLog();
    const fails = () => Promise.reject(new TypeError('SECRET of a defect'));
    const guard = createFetchGuard({
      connection: { ...connection, verifyAccessToken: fails },
      resources: [mcp],
      logger: log.logger,
    });
    const request = new Request(mcp, { headers: { authorization: 'Bearer a' } });
    expect(await guard.entrance(request)).toBeUndefined();
    const answer = refusalOf(await guard.authorize(request));
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('SECRET');
    expect(log.records()).toMatchObject([{ level: 50, reason: 'internal_error' }]);
  });

  it('lets the page that asked read the refusal, and no other', async () => {
    await using started = await start();
    const refusalFor = async (from: string) =>
      refusalOf(await started.guard.authorize(new Request(mcp, { headers: { origin: from } })));
    expect((await refusalFor(page)).headers.get('access-control-allow-origin')).toBe(page);
    expect((await refusalFor('https://evil.example')).headers.has('access-control-allow-origin')).toBe(false);
  });

  it('throws when the resource is not one of the guard’s', async () => {
    await using started = await start();
    await expect(started.guard.authorize(new Request(mcp), `${origin}/other`)).rejects.toThrow(TypeError);
  });
});

describe('the entrance', () => {
  it('has the metadata of the resources for pages of any origin, and 404 beside it', async () => {
    await using started = await start();
    const { guard, idp } = started;
    const headers = { origin: 'https://evil.example' };
    const found = refusalOf(await guard.entrance(new Request(`${origin}${prm}/mcp`, { headers })));
    expect(found.status).toBe(200);
    expect(found.headers.get('access-control-allow-origin')).toBe('*');
    expect(await found.json()).toMatchObject({ resource: mcp, authorization_servers: [idp.issuer] });
    const head = refusalOf(await guard.entrance(new Request(`${origin}${prm}`, { method: 'HEAD' })));
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(refusalOf(await guard.entrance(new Request(`${origin}/.well-known/x`))).status).toBe(404);
    expect(await guard.entrance(new Request(mcp))).toBeUndefined();
  });

  it('answers a preflight with 204', async () => {
    await using started = await start();
    const headers = { origin: page, 'access-control-request-headers': 'authorization' };
    const preflight = new Request(mcp, { method: 'OPTIONS', headers });
    const answer = refusalOf(await started.guard.entrance(preflight));
    expect(answer.status).toBe(204);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'access-control-allow-origin': page,
      'access-control-allow-headers': 'authorization',
      'access-control-allow-methods': 'GET,POST,DELETE',
      vary: 'Origin, Access-Control-Request-Headers',
    });
  });

  it.each<[string, string, Record<string, string>, FetchGuardOptions['trustedProxies'], number | undefined]>([
    ['its own host', mcp, {}, 0, undefined],
    ['a foreign host in the URL', 'https://evil.example/mcp', {}, 0, 403],
    ['a foreign Host', mcp, { host: 'evil.example' }, 0, 403],
    ['a foreign origin', mcp, { origin: 'https://evil.example' }, 0, 403],
    ['a forwarded host of nobody', 'http://inner:1/mcp', { 'x-forwarded-host': 'mcp.example.com' }, 0, 403],
    ['one of the proxy', 'http://inner:1/mcp', { 'x-forwarded-host': 'mcp.example.com' }, 1, undefined],
    ['a foreign one of it', mcp, { 'x-forwarded-host': 'mcp.example.com, evil.example' }, 1, 403],
  ])('judges Host and Origin: %s', async (_, url, headers, trustedProxies = 0, status) => {
    await using started = await start({ trustedProxies });
    const answer = await started.guard.entrance(new Request(url, { headers }));
    expect(answer?.status).toBe(status);
    expect(started.log.lines).toHaveLength(status === undefined ? 0 : 1);
  });

  it('takes logout tokens, and no large body', async () => {
    await using started = await start({
      settings: { logoutClientIds: ['mcp-client'], tokenCacheSeconds: 60 },
    });
    const { guard, idp } = started;
    const request = await started.signedIn();
    expect(await guard.authorize(request)).toMatchObject({ subject: ada.sub });
    const now = Math.floor(Date.now() / 1000);
    const times = { iat: now, exp: now + 120, jti: 'one' };
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
    const claims = { iss: idp.issuer, aud: 'mcp-client', sub: ada.sub, ...times, events };
    const logoutToken = idp.signJwt(claims, { header: { typ: 'logout+jwt' } });
    const send = async (body: string) =>
      refusalOf(
        await guard.entrance(
          new Request('https://other.example/backchannel-logout', { method: 'POST', body }),
        ),
      );
    expect((await send('a'.repeat(100_000))).status).toBe(413);
    expect((await send('logout_token=x')).status).toBe(400);
    const done = await send(`logout_token=${logoutToken}`);
    expect([done.status, done.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(refusalOf(await guard.authorize(request)).status).toBe(401);
  });
});

describe('handle', () => {
  it('serves a signed-in call to the page that asked, whatever the handler says of that', async () => {
    await using started = await start();
    const request = await started.signedIn(mcp, { headers: { origin: page } });
    const answer = await started.guard.handle(request, (_, { subject }) =>
      Response.json({ subject }, { headers: { vary: 'Accept', 'access-control-allow-origin': '*' } }),
    );
    expect(await answer.json()).toEqual({ subject: ada.sub });
    expect(answer.headers.get('access-control-allow-origin')).toBe(page);
    expect(answer.headers.get('vary')).toBe('Accept, Origin');
    expect(answer.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate');
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('has the entrance before it, and reaches the handler with nothing else', async () => {
    await using started = await start();
    const never = () => expect.unreachable();
    const statusOf = async (request: Request) => (await started.guard.handle(request, never)).status;
    expect(await statusOf(new Request(`${origin}${prm}`))).toBe(200);
    expect(await statusOf(new Request(mcp))).toBe(401);
    expect(await statusOf(new Request(mcp, { method: 'OPTIONS' }))).toBe(204);
    expect(await statusOf(await started.signedIn(mcp, { headers: { origin: 'https://evil.example' } }))).toBe(
      403,
    );
  });

  it('streams what the handler streams', async () => {
    await using started = await start();
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const answer = await started.guard.handle(await started.signedIn(), () => new Response(readable));
    const writer = writable.getWriter();
    const reader = answer.body?.getReader();
    const first = reader?.read();
    await writer.write(new TextEncoder().encode('data: 1\n\n'));
    expect(new TextDecoder().decode((await first)?.value)).toBe('data: 1\n\n');
    await reader?.cancel();
  });

  it('takes at each of several resources only its own tokens, and guesses none', async () => {
    const other = `${origin}/other`;
    await using started = await start({ resources: [mcp, other] });
    const { authorization = '' } = Object.fromEntries((await started.signedIn(mcp)).headers);
    const at = async (url: string) =>
      (await started.guard.handle(new Request(url, { headers: { authorization } }), () => new Response()))
        .status;
    expect([await at(mcp), await at(other), await at(`${other}/`)]).toEqual([200, 401, 404]);
    expect(started.log.records().map(({ reason }) => reason)).toEqual([
      'audience_mismatch',
      'resource_unknown',
    ]);
  });
});

describe('a caller', () => {
  const addressIn = async (options: StartOptions, headers: Record<string, string>) => {
    await using started = await start(options);
    await started.guard.authorize(new Request(mcp, { headers }));
    return started.log.records()[0]?.address;
  };
  const forwarded = { 'x-forwarded-for': '192.0.2.1, 192.0.2.2' };

  it('is known by what the platform says, or the trusted proxies', async () => {
    const addressOf = () => '192.0.2.9';
    expect(await addressIn({}, forwarded)).toBe('unknown');
    expect(await addressIn({ addressOf }, forwarded)).toBe('192.0.2.9');
    expect(await addressIn({ trustedProxies: 1 }, forwarded)).toBe('192.0.2.2');
    expect(await addressIn({ trustedProxies: 2 }, forwarded)).toBe('192.0.2.1');
    expect(await addressIn({ trustedProxies: 3 }, forwarded)).toBe('192.0.2.1');
    expect(await addressIn({ trustedProxies: 1, addressOf }, {})).toBe('192.0.2.9');
  });

  it('of a request of Node is the peer of its connection', async () => {
    await using started = await start();
    await using server = await serveOnLoopback(
      createServer(async (request, response) => {
        const refusal = refusalOf(await started.guard.authorize(request));
        response.writeHead(refusal.status).end();
      }),
    );
    expect((await fetch(`http://127.0.0.1:${server.port}/mcp`)).status).toBe(401);
    expect(started.log.records()[0]?.address).toMatch(/127\.0\.0\.1$/);
  });
});

it('the console is not filled by a flood of refusals', async () => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue(undefined);
  onTestFinished(() => warn.mockRestore());
  const guard = createFetchGuard({ connection: 'none', resources: [mcp] });
  const foreign = () => new Request(mcp, { headers: { origin: 'https://evil.example' } });
  for (let sent = 0; sent < 100; sent += 1) expect((await guard.entrance(foreign()))?.status).toBe(403);
  const lines = warn.mock.calls.map(([line]) => JSON.parse(line));
  expect(lines).toHaveLength(20);
  expect(lines[0]).toMatchObject({ level: 'warn', reason: 'origin_not_allowed', status: 403 });
});

describe('nobody has to sign in', () => {
  it('where that is said in words', async () => {
    const guard = createFetchGuard({ connection: 'none', resources: [mcp] });
    expect(await guard.authorize(new Request(mcp))).toBeUndefined();
    expect((await guard.entrance(new Request(`${origin}${prm}`)))?.status).toBe(404);
    expect((await guard.handle(new Request(mcp), (_, auth) => Response.json({ auth }))).status).toBe(200);
    expectTypeOf(guard.authorize).returns.resolves.toEqualTypeOf<undefined | Response>();
  });

  it('but an undefined connection is no such word', () => {
    expectTypeOf<undefined>().not.toExtend<ProviderConnection | 'none'>();
    expectTypeOf<FetchGuardOptions>().toHaveProperty('connection');
  });
});
