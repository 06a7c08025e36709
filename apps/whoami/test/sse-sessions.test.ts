import { createServer } from 'node:http';
import { createLogger } from '@mcp-whoami/guard';
import { ada, grace, ownResource, startStandIn } from '@mcp-whoami/testkit';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { createSseSessions } from '../src/sse-sessions.ts';
import { jsonRpcHeaders, startWhoami } from './start-whoami.ts';

const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
});

/** Opens a stream and reads the address that messages go to. */
const open = async (url: string, token?: string) => {
  const controller = new AbortController();
  const response = await fetch(url, {
    signal: controller.signal,
    headers: { accept: 'text/event-stream', ...(token ? { authorization: `Bearer ${token}` } : {}) },
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const first = (await reader?.read())?.value ?? '';
  return {
    status: response.status,
    endpoint: /data: (\S+)/.exec(first)?.[1] ?? '',
    next: async () => (await reader?.read())?.value ?? '',
    close: () => controller.abort(),
  };
};

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
    const sessions = createSseSessions(createLogger(), 1);
    const arrived = Promise.withResolvers<void>();
    const left = Promise.withResolvers<void>();
    const app = express().get('/sse', async (request, response, next) => {
      if (request.query.slow === undefined) return next();
      response.on('close', left.resolve);
      arrived.resolve();
      await left.promise;
      next();
    });
    app.get('/sse', sessions.open);
    const server = createServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/sse`;
    const controller = new AbortController();
    const leaving = fetch(`${url}?slow`, { signal: controller.signal }).catch(() => undefined);
    await arrived.promise;
    controller.abort();
    await leaving;
    await left.promise;
    const stream = await open(url);
    expect(stream.status).toBe(200);
    stream.close();
    await sessions.closeAll();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('is one of a bounded number, and makes room when it ends', async () => {
    const sessions = createSseSessions(createLogger(), 2);
    const server = createServer(express().get('/sse', sessions.open));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/sse`;
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
    await sessions.closeAll();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});
