import { accessTokenOf } from '@mcp-whoami/guard';
import type { AccessTokenInfo, JsonObject } from '@mcp-whoami/provider';
import { serveOnLoopback } from '@mcp-whoami/testkit';
import express, { type Express, type RequestHandler } from 'express';
import { createHttpServer } from '../src/http-server.ts';
import { createSseSessions, type SseLimits } from '../src/sse-sessions.ts';
import type { Judge } from '../src/sse-token.ts';
import { captureLog, jsonRpcHeaders, whoamiCall } from './start-whoami.ts';

export const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
});

/** Opens a stream and reads the address that messages go to. */
export const open = async (url: string, token?: string) => {
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

/** Instead of a guard. */
const refuseBad: RequestHandler = (request, response, next) => {
  if (accessTokenOf(request)?.token !== 'refuse') return next();
  response.status(401).end();
};

/** Streams alone, after whatever the app does before. */
export const serve = async (app: Express, limits: Partial<SseLimits>, judge?: Judge) => {
  const { log, logger } = captureLog();
  const sessions = createSseSessions({ logger, judge, limits });
  app.get('/sse', sessions.open);
  app.post('/messages', sessions.noticeRefusals, refuseBad, express.json(), sessions.receive);
  // Streams live for longer than a connection may otherwise be silent.
  const running = await serveOnLoopback(createHttpServer(app, logger, { silence: 100 }));
  const origin = `http://127.0.0.1:${running.port}`;
  const post = (endpoint: string, token: string | undefined, body: string) => {
    const headers = { ...jsonRpcHeaders, ...(token && { authorization: `Bearer ${token}` }) };
    return fetch(new URL(endpoint, origin), { method: 'POST', headers, body });
  };
  return {
    log,
    sessions,
    url: `${origin}/sse`,
    post: (endpoint: string, token?: string) => post(endpoint, token, initialize),
    call: (endpoint: string, token?: string) => post(endpoint, token, whoamiCall),
    [Symbol.asyncDispose]: async () => {
      sessions.closeAll();
      await running[Symbol.asyncDispose]();
    },
  };
};

/** Takes the token for the name of its subject. */
export const withSubject = (claims: JsonObject = {}): Express =>
  express().use((request, _response, next) => {
    const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
    const info: AccessTokenInfo = {
      token,
      clientId: '',
      scopes: [],
      audience: [],
      issuer: 'https://idp.example.com',
      subject: token,
      subjectKind: 'user',
      expiresAt: Math.floor(Date.now() / 1000) + 3600,
      claims,
      provedBy: 'jwt',
    };
    Object.assign(request, { auth: info });
    return next();
  });
