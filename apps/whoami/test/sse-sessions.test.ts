import { ada, grace, startStandIn } from '@mcp-whoami/testkit';
import { ownResource } from '@mcp-whoami/testkit/provider-suite';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { initialize, open, serve, withSubject } from './sse-server.ts';
import { callWhoami, jsonRpcHeaders, startWhoami } from './start-whoami.ts';

const start = async () => {
  await using stack = new AsyncDisposableStack();
  const idp = stack.use(await startStandIn());
  const environment = { PROVIDER: 'generic-oidc', OIDC_ISSUER: idp.issuer, OIDC_AUDIENCE: ownResource };
  const whoami = stack.use(await startWhoami(environment));
  const post = async (endpoint: string, token: string | undefined, body = initialize) => {
    const authorization = token === undefined ? undefined : { authorization: `Bearer ${token}` };
    const url = new URL(endpoint, whoami.publicUrl);
    return fetch(url, { method: 'POST', headers: { ...jsonRpcHeaders, ...authorization }, body });
  };
  const owned = stack.move();
  return { idp, whoami, post, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};

describe('a session of HTTP+SSE', () => {
  it('answers the subject that opened it, with any of its tokens, and nobody else', async () => {
    await using started = await start();
    const { idp, whoami, post } = started;
    const issue = (user: typeof ada) => idp.issueAccessToken({ user, resource: ownResource });
    const stream = await open(whoami.sse, await issue(ada));
    expect(stream.endpoint).toMatch(/^\/messages\?sessionId=/);

    expect((await post(stream.endpoint, undefined)).status).toBe(401);
    expect((await post(stream.endpoint, await issue(grace))).status).toBe(404);
    expect(whoami.log.at(-1)?.fields.reason).toBe('session_not_found');
    expect((await post(stream.endpoint, await issue(ada))).status).toBe(202);
    expect(await stream.next()).toContain('"serverInfo"');
    stream.close();
  });

  it('judges the token of each message', async () => {
    await using started = await start();
    const { idp, whoami, post } = started;
    const stream = await open(whoami.sse, await idp.issueAccessToken({ resource: ownResource }));
    const expired = idp.signJwt(idp.validClaims({ aud: ownResource, exp: 1 }));
    const answer = await post(stream.endpoint, expired);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('/.well-known/oauth-protected-resource/sse"');
    stream.close();
  });

  it('ends with its connection', async () => {
    await using started = await start();
    const token = await started.idp.issueAccessToken({ resource: ownResource });
    const stream = await open(started.whoami.sse, token);
    stream.close();
    await expect.poll(async () => (await started.post(stream.endpoint, token)).status).toBe(404);
  });

  it.each([
    '/messages',
    '/messages?sessionId=unknown',
    '/messages?sessionId=a&sessionId=b',
    '/messages?sessionId[x]=1',
  ])('is not found at %s', async (path) => {
    await using started = await start();
    const token = await started.idp.issueAccessToken({ resource: ownResource });
    expect((await started.post(path, token)).status).toBe(404);
  });

  it('is not opened for a client that has left meanwhile', async () => {
    const arrived = Promise.withResolvers<void>();
    const left = Promise.withResolvers<void>();
    const app = express().get('/sse', async (request, response, next) => {
      if (request.query.slow === undefined) return next();
      response.on('close', left.resolve);
      arrived.resolve();
      await left.promise;
      next();
    });
    await using server = await serve(app, { sessions: 1 });
    const { url } = server;
    const controller = new AbortController();
    const leaving = fetch(`${url}?slow`, { signal: controller.signal }).catch(() => undefined);
    await arrived.promise;
    controller.abort();
    await leaving;
    await left.promise;
    const stream = await open(url);
    expect(stream.status).toBe(200);
    stream.close();
  });

  it('is one of a bounded number, and makes room when it ends', async () => {
    await using server = await serve(express(), { sessions: 2 });
    const { url } = server;
    const streams = await Promise.all([open(url), open(url)]);
    const refused = await fetch(url);
    expect([refused.status, refused.headers.has('retry-after')]).toEqual([503, true]);
    streams[0].close();
    await expect
      .poll(async () => {
        const stream = await open(url);
        stream.close();
        return stream.status;
      })
      .toBe(200);
  });

  it('is one of a bounded number of its subject, which leaves room for others', async () => {
    await using server = await serve(withSubject(), { sessionsOfHolder: 2 });
    const streams = await Promise.all([open(server.url, 'ada'), open(server.url, 'ada')]);
    const refused = await fetch(server.url, { headers: { authorization: 'Bearer ada' } });
    expect([refused.status, refused.headers.has('retry-after')]).toEqual([503, true]);
    const other = await open(server.url, 'grace');
    expect(other.status).toBe(200);
    for (const stream of [...streams, other]) stream.close();
  });

  it('ends when its client never says a word', async () => {
    await using server = await serve(express(), { firstMessage: 50 });
    const stream = await open(server.url);
    expect(await stream.next()).toBe('');
    await expect.poll(async () => (await server.post(stream.endpoint)).status).toBe(404);
  });

  it('goes on once its client has spoken', async () => {
    await using server = await serve(express(), { firstMessage: 300 });
    const stream = await open(server.url);
    expect((await server.post(stream.endpoint)).status).toBe(202);
    expect(await stream.next()).toContain('"serverInfo"');
    const silent = await open(server.url);
    // Opened later, it has ended: so the time of the first is up too.
    expect(await silent.next()).toBe('');
    expect((await server.post(stream.endpoint)).status).toBe(202);
    stream.close();
  });

  it('of one address is refused beyond a bound, for 2,000 idle attempts too, and the server goes on', async () => {
    await using whoami = await startWhoami({ PROVIDER: 'none' });
    const controller = new AbortController();
    const statuses = new Map<number, number>();
    // One that nobody refers to is ended by fetch.
    const held: Response[] = [];
    for (let attempt = 0; attempt < 2_000; attempt += 250) {
      const answers = Array.from({ length: 250 }, async () => {
        const response = await fetch(whoami.sse, { signal: controller.signal });
        if (response.status === 200) held.push(response);
        else await response.body?.cancel();
        return response.status;
      });
      for (const status of await Promise.all(answers)) {
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    }
    expect(Object.fromEntries(statuses)).toEqual({ 200: 100, 503: 1_900 });
    expect(held.length).toBe(100);
    expect((await callWhoami(whoami.mcp)).status).toBe(200);
    controller.abort();
    await expect
      .poll(
        async () => {
          const stream = await open(whoami.sse);
          stream.close();
          return stream.status;
        },
        { timeout: 10_000 },
      )
      .toBe(200);
  });
});
