import { TokenRefusedError, VerificationUndecidedError } from '@mcp-whoami/provider';
import { ada, grace, startStandIn } from '@mcp-whoami/testkit';
import { ownResource } from '@mcp-whoami/testkit/provider-suite';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { clientOf } from './client-of.ts';
import { openUnread } from './raw-socket.ts';
import { initialize, open, serve, withSubject } from './sse-server.ts';
import { jsonRpcHeaders, startWhoami } from './start-whoami.ts';

const clientId = 'mcp-client';

const start = async (environment: Record<string, string> = {}) => {
  await using stack = new AsyncDisposableStack();
  const idp = stack.use(await startStandIn({ accessTokens: 'opaque', introspection: true }));
  const whoami = stack.use(
    await startWhoami({
      PROVIDER: 'generic-oidc',
      OIDC_ISSUER: idp.issuer,
      OIDC_AUDIENCE: ownResource,
      ...clientOf(idp),
      OIDC_LOGOUT_CLIENT_IDS: clientId,
      ...environment,
    }),
  );
  const now = Math.floor(Date.now() / 1000);
  const owned = stack.move();
  return {
    idp,
    whoami,
    now,
    tokenOf: ({ sub }: { sub: string }, claims: object = {}) =>
      idp.signJwt(idp.validClaims({ aud: ownResource, sub, iat: now - 60, ...claims })),
    logOut: (claims: object) => {
      const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
      const logoutToken = idp.signJwt(
        { iss: idp.issuer, aud: clientId, iat: now, exp: now + 120, jti: 'one', events, ...claims },
        { header: { typ: 'logout+jwt' } },
      );
      return fetch(`${whoami.publicUrl}/backchannel-logout`, {
        method: 'POST',
        body: new URLSearchParams({ logout_token: logoutToken }),
      });
    },
    post: (endpoint: string, token: string) =>
      fetch(new URL(endpoint, whoami.publicUrl), {
        method: 'POST',
        headers: { ...jsonRpcHeaders, authorization: `Bearer ${token}` },
        body: initialize,
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
};

describe('a stream ends with its token', () => {
  it('when that expires', async () => {
    await using started = await start();
    const { whoami, tokenOf, post, now } = started;
    const [short, long] = await Promise.all([
      open(whoami.sse, tokenOf(ada, { exp: now + 3 })),
      open(whoami.sse, tokenOf(ada)),
    ]);
    expect(await short.next()).toBe('');
    expect(whoami.log.at(-1)).toMatchObject({
      level: 'info',
      message: expect.stringContaining('The access token has expired'),
      fields: { reason: 'stream_token_ended', address: expect.any(String) },
    });
    expect((await post(short.endpoint, tokenOf(ada))).status).toBe(404);
    expect((await post(long.endpoint, tokenOf(ada))).status).toBe(202);
  });

  it('unless its client has sent a later one', async () => {
    await using started = await start();
    const { whoami, tokenOf, post, now } = started;
    const renewed = await open(whoami.sse, tokenOf(ada, { exp: now + 3 }));
    const other = await open(whoami.sse, tokenOf(ada, { exp: now + 3 }));
    expect((await post(renewed.endpoint, tokenOf(ada))).status).toBe(202);
    expect(await other.next()).toBe('');
    expect(await renewed.next()).toContain('serverInfo');
    expect((await post(renewed.endpoint, tokenOf(ada))).status).toBe(202);
  });

  it('when its user is logged out at the IdP, and nobody else’s does', async () => {
    await using started = await start();
    const { whoami, tokenOf, logOut, post, now } = started;
    const ended = await open(whoami.sse, tokenOf(ada));
    const later = await open(whoami.sse, tokenOf(ada, { iat: now + 5 }));
    const others = await open(whoami.sse, tokenOf(grace));
    expect((await logOut({ sub: ada.sub })).status).toBe(200);
    expect(await ended.next()).toBe('');
    expect((await post(others.endpoint, tokenOf(grace))).status).toBe(202);
    expect((await post(later.endpoint, tokenOf(ada, { iat: now + 5 }))).status).toBe(202);
  });

  it('when its session is logged out, and no other session of that user', async () => {
    await using started = await start();
    const { whoami, tokenOf, logOut, post } = started;
    const ended = await open(whoami.sse, tokenOf(ada, { sid: 'one' }));
    const others = await open(whoami.sse, tokenOf(ada, { sid: 'two' }));
    expect((await logOut({ sid: 'one' })).status).toBe(200);
    expect(await ended.next()).toBe('');
    expect((await post(others.endpoint, tokenOf(ada, { sid: 'two' }))).status).toBe(202);
  });

  it('when that is found revoked as it comes again', async () => {
    await using started = await start({ OIDC_TOKEN_CACHE_SECONDS: '0' });
    const { idp, whoami, post } = started;
    const token = await idp.issueAccessToken({ user: ada, resource: ownResource });
    const stream = await open(whoami.sse, token);
    expect((await post(stream.endpoint, token)).status).toBe(202);
    expect(await stream.next()).toContain('serverInfo');
    await idp.revoke(token);
    expect((await post(stream.endpoint, token)).status).toBe(401);
    expect(await stream.next()).toBe('');
  });

  it('and not because a stranger sent a bad one to it', async () => {
    await using started = await start();
    const { whoami, tokenOf, post } = started;
    const stream = await open(whoami.sse, tokenOf(ada));
    expect((await post(stream.endpoint, 'bad')).status).toBe(401);
    expect((await post(stream.endpoint, tokenOf(ada))).status).toBe(202);
  });

  it('nor because the IdP cannot be asked, unless after a logout', async () => {
    const judgements: string[] = [];
    const judge = async (token: string) => {
      judgements.push(token);
      throw new VerificationUndecidedError('down');
    };
    await using server = await serve(withSubject(), {}, judge);
    const stream = await open(server.url, 'ada');
    expect((await server.post(stream.endpoint, 'refuse')).status).toBe(401);
    await expect.poll(() => judgements).toEqual(['ada']);
    expect((await server.post(stream.endpoint, 'ada')).status).toBe(202);
    expect(await stream.next()).toContain('serverInfo');
    server.sessions.logOut({ subject: 'ada' });
    expect(await stream.next()).toBe('');
  });

  it('once, whatever else ends it', async () => {
    const judge = async (): Promise<never> => {
      throw new TokenRefusedError('revoked', 'of late');
    };
    await using server = await serve(withSubject(), {}, judge);
    const stream = await open(server.url, 'ada');
    server.sessions.logOut({ subject: 'ada' });
    server.sessions.logOut({ subject: 'ada' });
    expect(await stream.next()).toBe('');
    expect(server.log.filter(({ fields }) => fields.reason === 'stream_token_ended')).toHaveLength(1);
  });
});

/** What a system takes for a client before anything waits in the server, in bytes: not more than that. */
const MAX_SYSTEM_BYTES = 16 * 1024 * 1024;

describe('a stream that nobody reads', () => {
  it('ends once what waits for its client passes the bound', { timeout: 60_000 }, async () => {
    // By its own bound, whatever its holder may have.
    const limits = { unreadOfHolder: Number.POSITIVE_INFINITY };
    await using server = await serve(withSubject({ about: 'x'.repeat(100_000) }), limits);
    const stream = await openUnread(server.url, 'ada');
    const other = await open(server.url, 'grace');
    const statuses: number[] = [];
    for (let sent = 0; sent < MAX_SYSTEM_BYTES && statuses.at(-1) !== 404; sent += 200_000) {
      statuses.push((await server.call(stream.endpoint, 'ada')).status);
    }
    expect(new Set(statuses)).toEqual(new Set([202, 404]));
    expect(server.log.map(({ fields }) => fields.reason)).toEqual(['stream_unread', 'session_not_found']);
    expect((await server.call(other.endpoint, 'grace')).status).toBe(202);
    stream.socket.destroy();
  });

  it('counts with the others of its holder', { timeout: 60_000 }, async () => {
    const app = withSubject({ about: 'x'.repeat(100_000) });
    await using server = await serve(app, { unread: 16 * 1024 * 1024, unreadOfHolder: 8 * 1024 * 1024 });
    const streams = await Promise.all(Array.from({ length: 4 }, () => openUnread(server.url, 'ada')));
    const isOpen = async () => {
      const answers = streams.map(({ endpoint }) => server.call(endpoint, 'ada'));
      return (await Promise.all(answers)).every(({ status }) => status === 202);
    };
    let sent = 0;
    while (sent < 4 * MAX_SYSTEM_BYTES && (await isOpen())) sent += 4 * 200_000;
    expect(server.log[0]).toMatchObject({ fields: { reason: 'stream_unread' } });
    for (const { socket } of streams) socket.destroy();
  });
});

describe('a full table', () => {
  it('closes the longest silent stream of whoever has most, for one who has less', async () => {
    await using server = await serve(withSubject(), { sessions: 4 });
    const ofAda = [
      await open(server.url, 'ada'),
      await open(server.url, 'ada'),
      await open(server.url, 'ada'),
    ];
    const ofGrace = await open(server.url, 'grace');
    const [first, second, third] = ofAda;
    expect((await server.post(first?.endpoint ?? '', 'ada')).status).toBe(202);

    const newcomer = await open(server.url, 'alan');
    expect(newcomer.status).toBe(200);
    expect(await second?.next()).toBe('');
    expect(server.log).toMatchObject([{ level: 'info', fields: { reason: 'stream_replaced' } }]);
    for (const [stream, token] of [
      [first, 'ada'],
      [third, 'ada'],
      [ofGrace, 'grace'],
      [newcomer, 'alan'],
    ] as const) {
      expect((await server.post(stream?.endpoint ?? '', token)).status).toBe(202);
    }
    // Whoever has most himself makes nobody leave, and nobody with one makes room for one with none.
    const refused = await fetch(server.url, { headers: { authorization: 'Bearer ada' } });
    expect([refused.status, refused.headers.has('retry-after')]).toEqual([503, true]);
    expect((await open(server.url, 'barbara')).status).toBe(200);
    expect((await fetch(server.url, { headers: { authorization: 'Bearer edsger' } })).status).toBe(503);
  });
});

describe('without anybody who signs in', () => {
  it('an address has a bounded number of streams', async () => {
    const app = express().set('trust proxy', 1);
    await using server = await serve(app, { sessionsOfHolder: 2 });
    const from = async (address: string) => {
      const controller = new AbortController();
      const headers = { 'x-forwarded-for': address };
      return (await fetch(server.url, { headers, signal: controller.signal })).status;
    };
    expect(await from('192.0.2.1')).toBe(200);
    expect(await from('192.0.2.1')).toBe(200);
    expect(await from('192.0.2.1')).toBe(503);
    expect(await from('192.0.2.2')).toBe(200);
  });
});
