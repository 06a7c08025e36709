import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { serveOnLoopback } from '@mcp-whoami/testkit';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import express, { type RequestHandler } from 'express';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { createStreamableHttp } from '../src/streamable-http.ts';
import { whoamiTool } from '../src/whoami-tool.ts';
import { headersOf, call as statelessCall } from './eras/stateless-call.ts';
import { openSocket } from './raw-socket.ts';
import { captureLog, jsonRpcHeaders } from './start-whoami.ts';

const claims = { sub: 'ada', name: 'Ada Lövelace', 'a key': { nested: ['"', '\\'] } };

/** The same tool on nothing but the SDK: its high-level server and its transport. */
const handleBySdk: RequestHandler = async (request, response) => {
  const { name, call, ...config } = whoamiTool;
  const server = new McpServer({ name: manifest.name, version: manifest.version });
  server.registerTool(name, config, () => {
    const answer = call({ claims });
    return { content: [{ type: 'text', text: JSON.stringify(answer) }], structuredContent: answer };
  });
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
  await server.connect(transport);
  await transport.handleRequest(request, response, request.body);
};

const serve = async (handler: RequestHandler) => {
  const app = express();
  app.get('/never-answered', () => {});
  // Every type is read, so that the handlers are left to look at it.
  app.post('/mcp', express.json({ type: () => true }), (request, response, next) => {
    const { subject, about } = request.query;
    const long = about === undefined ? {} : { about: 'x'.repeat(Number(about)) };
    Object.assign(request, {
      auth: {
        token: 't',
        clientId: 'c',
        scopes: [],
        subject,
        claims: { ...claims, ...long },
        provedBy: 'jwt',
      },
    });
    return handler(request, response, next);
  });
  const { port, ...running } = await serveOnLoopback(createServer(app));
  return { ...running, url: `http://127.0.0.1:${port}/mcp` };
};

const request = (method: string, params?: object, more: object = {}) => ({
  jsonrpc: '2.0',
  id: 1,
  method,
  ...(params && { params }),
  ...more,
});
const call = (params: object = {}) => request('tools/call', { name: 'whoami', arguments: {}, ...params });
const initialize = request('initialize', {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'test', version: '1' },
});
const notification = { jsonrpc: '2.0', method: 'notifications/initialized' };

const cases: [string, unknown, Record<string, string | undefined>?][] = [
  ['a call', call()],
  ['a call without arguments', request('tools/call', { name: 'whoami' })],
  ['a call with arguments that nobody asked for', call({ arguments: { a: 1 } })],
  ['a call with metadata', call({ _meta: { progressToken: 7 } })],
  ['a call of a tool that is not there', call({ name: 'other' })],
  ['a call as a task', call({ task: { ttl: 1 } })],
  ['a call related to a task', call({ _meta: { 'io.modelcontextprotocol/related-task': { taskId: 'x' } } })],
  ['a call without a name', request('tools/call', { arguments: {} })],
  ['a call with arguments that are no object', call({ arguments: 'a' })],
  ['a call without params', request('tools/call')],
  ['a call with a text as id', { ...call(), id: 'ü"' }],
  ['a call with a fraction as id', { ...call(), id: 1.5 }],
  ['a call without id', { ...call(), id: undefined }],
  ['a call with null as id', { ...call(), id: null }],
  ['a call with a member too many', { ...call(), extra: 1 }],
  ['another version of JSON-RPC', { ...call(), jsonrpc: '1.0' }],
  ['the list of tools', request('tools/list')],
  ['the list of tools from a cursor', request('tools/list', { cursor: 'x' })],
  ['a ping', request('ping')],
  ['a method that is not there', request('resources/list')],
  ['a method of tasks', request('tasks/get', { taskId: 'x' })],
  ['initialize', initialize],
  [
    'initialize of an unknown version',
    { ...initialize, params: { ...initialize.params, protocolVersion: '1' } },
  ],
  [
    'initialize with a version of the protocol that is not supported',
    initialize,
    { 'mcp-protocol-version': '1999-01-01' },
  ],
  ['initialize without params', request('initialize')],
  ['a notification', notification],
  ['a cancellation', { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }],
  ['a response', { jsonrpc: '2.0', id: 1, result: {} }],
  ['an error', { jsonrpc: '2.0', id: 1, error: { code: 1, message: 'a' } }],
  ['a batch', [call(), { ...request('ping'), id: 2 }, notification]],
  ['a batch of one', [call()]],
  ['a batch of notifications', [notification, notification]],
  ['a batch as long as one may be', Array.from({ length: 10 }, (_, id) => ({ ...call(), id }))],
  ['a batch with a message that is none', [call(), 1]],
  ['a batch of protocol version 2025-03-26', [call()], { 'mcp-protocol-version': '2025-03-26' }],
  ['an empty object', {}],
  ['a supported version of the protocol', call(), { 'mcp-protocol-version': '2025-03-26' }],
  ['a version of the protocol that is not supported', call(), { 'mcp-protocol-version': '1999-01-01' }],
  ['an empty version of the protocol', call(), { 'mcp-protocol-version': '' }],
  ['two versions of the protocol', call(), { 'mcp-protocol-version': '2025-03-26, 2025-06-18' }],
  ['a session that is not there', call(), { 'mcp-session-id': 'x' }],
  ['only JSON accepted', call(), { accept: 'application/json' }],
  ['only streams accepted', call(), { accept: 'text/event-stream' }],
  ['anything accepted', call(), { accept: '*/*' }],
  ['types accepted in capital letters', call(), { accept: 'Application/JSON, Text/Event-Stream' }],
  ['JSON with a charset', call(), { 'content-type': 'application/json; charset=utf-8' }],
  ['JSON with half a parameter', call(), { 'content-type': 'application/json;' }],
  ['JSON in capital letters', call(), { 'content-type': 'Application/JSON' }],
  ['JSON as text', call(), { 'content-type': 'text/plain; a=application/json' }],
  ['a list of types', call(), { 'content-type': 'application/json, text/plain' }],
];

describe('Streamable HTTP', () => {
  it.each(cases)('answers %s as the SDK alone does', async (_, body, headers = {}) => {
    await using ours = await serve(createStreamableHttp(captureLog().logger));
    await using theirs = await serve(handleBySdk);
    const ask = async (url: string) => {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { ...jsonRpcHeaders, ...headers },
        body: JSON.stringify(body),
      });
      const { status } = answer;
      const named = ['content-type', 'content-length', 'mcp-session-id', 'allow'];
      const text = await answer.text();
      const json: unknown = text === '' ? '' : JSON.parse(text);
      return { status, headers: named.map((name) => answer.headers.get(name)), json };
    };
    const expected = await ask(theirs.url);
    expect(await ask(ours.url)).toEqual(expected);
  });

  it.each([
    ['content-type', ['application/json', 'text/plain']],
    ['content-type', ['application/json', 'application/json']],
    ['accept', ['application/json', 'text/event-stream']],
    ['mcp-protocol-version', ['2025-06-18', '2025-06-18']],
  ])('answers a call with two %s headers (%s) as the SDK alone does', async (name, values) => {
    await using ours = await serve(createStreamableHttp(captureLog().logger));
    await using theirs = await serve(handleBySdk);
    const ask = async (url: string) => {
      const sent = httpRequest(url, { method: 'POST', headers: { ...jsonRpcHeaders, [name]: values } });
      sent.end(JSON.stringify(call()));
      const [answer] = await once(sent, 'response');
      return { status: answer.statusCode, body: JSON.parse(await text(answer)) };
    };
    const expected = await ask(theirs.url);
    expect(await ask(ours.url)).toEqual(expected);
  });
});

/** What is asked of a POST, and answered without the SDK. */
const ask = async (url: string, body: unknown, headers: Record<string, string> = {}) => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { ...jsonRpcHeaders, ...headers },
    body: JSON.stringify(body),
  });
  return { status: answer.status, text: await answer.text() };
};
const batchOf = (length: number) => Array.from({ length }, (_, id) => ({ ...call(), id }));
const versioned = (version: string) => ({ 'mcp-protocol-version': version });

describe('Streamable HTTP, other than the SDK,', () => {
  it.each([
    ['a batch of 11 messages', batchOf(11), {}, 'A batch has at most 10 messages'],
    ['a batch of 11 messages of 2025-03-26', batchOf(11), versioned('2025-03-26'), 'A batch has at most'],
    [
      'a batch that cancels one of its requests',
      [call(), { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }],
      {},
      'A batch cancels nothing',
    ],
    ['a batch of 2025-06-18', batchOf(2), versioned('2025-06-18'), 'only'],
    ['a batch of 2025-11-25', batchOf(2), versioned('2025-11-25'), 'only'],
    ['a batch of 2024-11-05', batchOf(2), versioned('2024-11-05'), 'only'],
    ['a batch of 100 messages of 2025-11-25', batchOf(100), versioned('2025-11-25'), 'only'],
    ['a batch of two versions', batchOf(2), versioned('2025-03-26, 2025-03-26'), 'only'],
    ['an empty batch', [], {}, 'A batch has at least one message'],
    ['initialize in a batch', [initialize], {}, 'An initialize request is never part of a batch'],
    ['initialize among others', [call(), initialize], {}, 'An initialize request is never part of a batch'],
    ['a long id', { ...call(), id: 'x'.repeat(101) }, {}, 'An id has at most 100 characters'],
    ['a long id in a batch', [call(), { ...call(), id: 'x'.repeat(101) }], {}, 'An id has at most'],
    ['a long id of a response', { jsonrpc: '2.0', id: 'x'.repeat(101), result: {} }, {}, 'An id has at most'],
    ['a long version', call(), versioned('x'.repeat(101)), 'Unsupported protocol version'],
  ])('refuses %s, with a log line', async (_, body, headers, text) => {
    const { log, logger } = captureLog();
    await using server = await serve(createStreamableHttp(logger));
    const answer = await ask(server.url, body, headers);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toEqual({
      jsonrpc: '2.0',
      error: { code: -32600, message: expect.stringContaining(text) },
      id: null,
    });
    expect(log).toMatchObject([
      { level: 'warn', fields: { reason: 'invalid_request', status: 400, address: '127.0.0.1' } },
    ]);
  });

  const long = (character: string) => character.repeat(50_000);
  const initializeWith = (experimental: object) => ({
    ...initialize,
    params: { ...initialize.params, capabilities: { experimental } },
  });
  it.each([
    ['the name of a tool', call({ name: long('ü') })],
    ['a tool in a batch', [call({ name: long('x') })]],
    ['an unknown method', request(long('x'))],
    [
      'a version that is asked for',
      { ...initialize, params: { ...initialize.params, protocolVersion: long('x') } },
    ],
    ['a key', initializeWith({ [long('x')]: 1 })],
    ['a key full of quotes', initializeWith({ [long('"\\')]: 1 })],
    ['20,000 keys', initializeWith(Object.fromEntries(Array.from({ length: 20_000 }, (_, key) => [key, 1])))],
    ['a task', call({ _meta: { 'io.modelcontextprotocol/related-task': { taskId: long('x') } } })],
    ['a cursor', request('tools/list', { cursor: long('x') })],
  ])('repeats no more than 100 characters of %s', async (_, body) => {
    await using server = await serve(createStreamableHttp(captureLog().logger));
    const { text } = await ask(server.url, body);
    expect(text).not.toMatch(/x{101}|ü{101}|(\\+"?){101}/);
    expect(text.length).toBeLessThan(2_500);
  });

  it('logs what the SDK refuses', async () => {
    const { log, logger } = captureLog();
    await using server = await serve(createStreamableHttp(logger));
    expect((await ask(server.url, call(), versioned('1999-01-01'))).status).toBe(400);
    expect(log).toMatchObject([
      { message: expect.stringContaining('Unsupported protocol version: 1999-01-01') },
    ]);
    expect(log[0]?.message).not.toContain('');
  });

  it.each<[string, unknown, Record<string, string | string[]>]>([
    ['call', call(), jsonRpcHeaders],
    ['batch', [call(), { ...call(), id: 2 }], jsonRpcHeaders],
    ['call of 2026-07-28', statelessCall(), headersOf(statelessCall())],
    [
      'call of 2026-07-28 with its name in Base64',
      statelessCall(),
      headersOf(statelessCall(), { 'mcp-name': '=?base64?d2hvYW1p?=' }),
    ],
  ])('bounds what waits for a subject that reads no answer to a %s', async (_, body, kind) => {
    const { log, logger } = captureLog();
    await using server = await serve(createStreamableHttp(logger, 1024 * 1024));
    const sent = JSON.stringify(body);
    const headers = { ...kind, host: 'localhost', 'content-length': sent.length };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    const sockets = Array.from({ length: 3 }, () => {
      const socket = openSocket(server.url);
      // What is behind an answer that never comes waits here, and in no buffer of the system.
      socket.write('GET /never-answered HTTP/1.1\r\nHost: localhost\r\n\r\n');
      const head = ['POST /mcp?subject=ada&about=200000 HTTP/1.1', ...lines, '', sent].join('\r\n');
      socket.write(head);
      return socket;
    });
    await expect
      .poll(() => log[0])
      .toMatchObject({ level: 'warn', fields: { reason: 'answers_unread', address: '127.0.0.1' } });
    const callAs = (subject: string) => ask(`${server.url}?subject=${subject}&about=200000`, call());
    expect((await callAs('grace')).status).toBe(200);
    expect((await callAs('ada')).status).toBe(503);
    for (const socket of sockets) socket.destroy();
    await expect.poll(async () => (await callAs('ada')).status, { timeout: 10_000 }).toBe(200);
  });
});
