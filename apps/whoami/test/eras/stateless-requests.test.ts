import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { openSocket } from '../raw-socket.ts';
import { callWhoami, jsonRpcHeaders, startWhoami } from '../start-whoami.ts';
import {
  ask,
  call,
  clientMeta,
  type HeaderChanges,
  headersOf,
  message,
  post,
  revision,
} from './stateless-call.ts';

const nobody = { PROVIDER: 'none' };
const serverMeta = {
  'io.modelcontextprotocol/serverInfo': { name: manifest.name, version: manifest.version },
};
const sameForEverybody = { ttlMs: 300_000, cacheScope: 'public' };
const base64 = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`;

describe('a request of 2026-07-28', () => {
  it.each([
    [
      'server/discover',
      message('server/discover'),
      { supportedVersions: [revision], capabilities: { tools: {} }, ...sameForEverybody },
    ],
    [
      'tools/list',
      message('tools/list'),
      {
        tools: [
          {
            name: 'whoami',
            title: expect.any(String),
            description: expect.any(String),
            annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
            inputSchema: { type: 'object', properties: {} },
          },
        ],
        ...sameForEverybody,
      },
    ],
    [
      'tools/call',
      call(),
      {
        content: [{ type: 'text', text: '{"error":"Not authenticated"}' }],
        structuredContent: { error: 'Not authenticated' },
      },
    ],
  ])('%s is answered in one JSON object, with no session', async (_, body, result) => {
    await using whoami = await startWhoami(nobody);
    const answer = await ask(whoami.mcp, body, { 'mcp-session-id': 'x', 'last-event-id': '1' });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json' });
    expect(answer.headers).not.toHaveProperty('mcp-session-id');
    expect(answer.json).toEqual({
      jsonrpc: '2.0',
      id: 1,
      result: { ...result, resultType: 'complete', _meta: serverMeta },
    });
    expect(whoami.log).toEqual([]);
  });

  it.each<[string, ReturnType<typeof message>, HeaderChanges]>([
    ['a name in Base64', call(), { 'mcp-name': base64('whoami') }],
    [
      'white space around',
      call(),
      { 'mcp-protocol-version': ` ${revision}\t`, 'mcp-method': '  tools/call ', 'mcp-name': '\twhoami ' },
    ],
    ['white space around Base64', call(), { 'mcp-name': ` ${base64('whoami')} ` }],
    ['a name that the method has not', message('tools/list'), { 'mcp-name': 'whoami' }],
    ['JSON with a charset', call(), { 'content-type': 'application/json; charset=utf-8' }],
    ['JSON alone accepted', call(), { accept: 'application/json' }],
    ['arguments that nobody asked for', call({ arguments: { a: 1 } }), {}],
    [
      'a client without a name',
      call({ _meta: { ...clientMeta, 'io.modelcontextprotocol/clientInfo': undefined } }),
      {},
    ],
    ['a progress token', call({ _meta: { ...clientMeta, progressToken: 7 } }), {}],
  ])('is served with %s', async (_, body, changes) => {
    await using whoami = await startWhoami(nobody);
    const { status, json } = await ask(whoami.mcp, body, changes);
    expect(status).toBe(200);
    expect(json).toMatchObject({ result: { resultType: 'complete', _meta: serverMeta } });
  });

  it('is served with names of headers in any case', async () => {
    await using whoami = await startWhoami(nobody);
    const headers = Object.entries(headersOf(call())).map(([name, value]) => [name.toUpperCase(), value]);
    expect((await post(whoami.mcp, call(), Object.fromEntries(headers))).status).toBe(200);
  });

  const version = 'mcp-protocol-version';
  it.each<[string, HeaderChanges]>([
    ['no version', { [version]: undefined }],
    ['an empty version', { [version]: '' }],
    ['an older version', { [version]: '2025-11-25' }],
    ['a later version', { [version]: '2026-12-31' }],
    ['the version twice', { [version]: [revision, revision] }],
    ['two versions, the right one first', { [version]: [revision, '2025-11-25'] }],
    ['two versions, the right one last', { [version]: ['2025-11-25', revision] }],
    ['two versions in one line', { [version]: `${revision}, 2025-11-25` }],
    ['no method', { 'mcp-method': undefined }],
    ['an empty method', { 'mcp-method': '' }],
    ['another method', { 'mcp-method': 'tools/list' }],
    ['the method in capital letters', { 'mcp-method': 'Tools/Call' }],
    ['the method twice', { 'mcp-method': ['tools/call', 'tools/call'] }],
    ['two methods', { 'mcp-method': ['tools/call', 'tools/list'] }],
    ['white space within the method', { 'mcp-method': 'tools/ call' }],
    ['no name', { 'mcp-name': undefined }],
    ['an empty name', { 'mcp-name': '' }],
    ['another name', { 'mcp-name': 'other' }],
    ['the name in capital letters', { 'mcp-name': 'WhoAmI' }],
    ['the name twice', { 'mcp-name': ['whoami', 'whoami'] }],
    ['two names', { 'mcp-name': ['whoami', 'other'] }],
    ['another name in Base64', { 'mcp-name': base64('other') }],
    ['Base64 that is none', { 'mcp-name': '=?base64?%%%?=' }],
    ['Base64 of no text', { 'mcp-name': `=?base64?${Buffer.from([0xff, 0xfe]).toString('base64')}?=` }],
    ['Base64 twice over', { 'mcp-name': base64(base64('whoami')) }],
    ['Base64 without its end', { 'mcp-name': '=?base64?d2hvYW1p' }],
    ['no headers of the revision', { [version]: undefined, 'mcp-method': undefined, 'mcp-name': undefined }],
  ])('is refused where the headers say %s', async (_, changes) => {
    await using whoami = await startWhoami(nobody);
    const { status, json } = await ask(whoami.mcp, call(), changes);
    expect(status).toBe(400);
    expect(json).toMatchObject({ id: 1, error: { code: -32020 } });
    expect(json).not.toHaveProperty('result');
    expect(whoami.log).toMatchObject([
      { level: 'warn', fields: { reason: 'invalid_request', status: 400, address: '127.0.0.1' } },
    ]);
  });

  it.each<[string, ReturnType<typeof message>, HeaderChanges, number, object]>([
    ['a body without _meta', call({ _meta: undefined }), {}, 400, { code: -32602 }],
    [
      'a body without the version',
      call({ _meta: { 'io.modelcontextprotocol/clientCapabilities': {} } }),
      {},
      400,
      { code: -32602 },
    ],
    [
      'a body without capabilities',
      call({ _meta: { 'io.modelcontextprotocol/protocolVersion': revision } }),
      {},
      400,
      { code: -32602 },
    ],
    [
      'capabilities that are none',
      call({ _meta: { ...clientMeta, 'io.modelcontextprotocol/clientCapabilities': 'x' } }),
      {},
      400,
      { code: -32602 },
    ],
    [
      'a version that is not a text',
      call({ _meta: { ...clientMeta, 'io.modelcontextprotocol/protocolVersion': 20260728 } }),
      {},
      400,
      { code: -32602 },
    ],
    [
      'a version that nobody knows',
      call({ _meta: { ...clientMeta, 'io.modelcontextprotocol/protocolVersion': '2099-01-01' } }),
      { 'mcp-protocol-version': '2099-01-01' },
      400,
      { code: -32022, data: { supported: [revision], requested: '2099-01-01' } },
    ],
    [
      'an older version in _meta',
      call({ _meta: { ...clientMeta, 'io.modelcontextprotocol/protocolVersion': '2025-11-25' } }),
      { 'mcp-protocol-version': '2025-11-25' },
      400,
      { code: -32022, data: { supported: [revision], requested: '2025-11-25' } },
    ],
    ...['initialize', 'ping', 'logging/setLevel', 'resources/subscribe', 'prompts/list', 'a/b'].map(
      (method): [string, ReturnType<typeof message>, HeaderChanges, number, object] => [
        method,
        message(method),
        {},
        404,
        { code: -32601 },
      ],
    ),
    ['an unknown tool', call({ name: 'other' }), {}, 200, { code: -32602, message: 'Unknown tool: other' }],
    ['a name that is not a text', call({ name: 1 }), {}, 200, { code: -32602 }],
    ['arguments that are no object', call({ arguments: 'x' }), {}, 200, { code: -32602 }],
  ])('is answered with an error: %s', async (_, body, changes, status, error) => {
    await using whoami = await startWhoami(nobody);
    const answer = await ask(whoami.mcp, body, changes);
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ id: 1, error });
    expect(answer.json).not.toHaveProperty('result');
    expect(whoami.log.map(({ fields }) => fields.status)).toEqual(status < 400 ? [] : [status]);
  });

  it('with two types of its body is refused', async () => {
    await using whoami = await startWhoami(nobody);
    const { status, json } = await ask(whoami.mcp, call(), {
      'content-type': ['application/json', 'application/json'],
    });
    expect(status).toBe(415);
    expect(json).toMatchObject({ error: { code: -32000 } });
  });

  it('needs no capability of a client', async () => {
    await using whoami = await startWhoami(nobody);
    for (const body of [message('server/discover'), message('tools/list'), call()]) {
      expect((await ask(whoami.mcp, body)).json).not.toHaveProperty('error');
    }
  });

  it('as a notification is taken, and answered with nothing', async () => {
    await using whoami = await startWhoami(nobody);
    const { id: _, ...notification } = message('notifications/cancelled', { requestId: 1 });
    const answer = await post(whoami.mcp, notification, headersOf(message('notifications/cancelled')));
    expect(answer).toMatchObject({ status: 202, text: '' });
  });

  it.each([
    ['of calls', [call(), message('tools/list', {}, 2)], {}],
    ['of one call', [call()], {}],
    ['whose last call is one of it', [{ jsonrpc: '2.0', id: 2, method: 'ping' }, call()], {}],
    ['with the version of batches', [call()], { 'mcp-protocol-version': '2025-03-26' }],
    [
      'of older calls under its version',
      [{ jsonrpc: '2.0', id: 2, method: 'ping' }],
      { 'mcp-protocol-version': revision },
    ],
  ])('is never part of a batch %s', async (_, batch, headers) => {
    await using whoami = await startWhoami(nobody);
    const answer = await post(whoami.mcp, batch, { ...jsonRpcHeaders, ...headers });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toMatchObject({ error: { code: -32600 } });
  });

  it.each(['GET', 'DELETE', 'PUT'])('is no %s', async (method) => {
    await using whoami = await startWhoami(nobody);
    const headers = { accept: 'text/event-stream', 'mcp-protocol-version': revision };
    const answer = await fetch(whoami.mcp, { method, headers });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('POST');
  });

  it('is served however its client leaves', async () => {
    await using whoami = await startWhoami(nobody);
    const body = JSON.stringify(call());
    const lines = Object.entries({ ...headersOf(call()), host: 'localhost', 'content-length': body.length });
    const raw = `POST /mcp HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${body}`;
    for (let left = 0; left < 20; left += 1) {
      const socket = openSocket(whoami.mcp);
      await new Promise((resolve) => socket.write(raw, resolve));
      socket.destroy();
    }
    expect((await ask(whoami.mcp, call())).status).toBe(200);
    expect((await callWhoami(whoami.mcp)).status).toBe(200);
    expect(whoami.log).toEqual([]);
  });
});

describe('subscriptions/listen', () => {
  const listen = message('subscriptions/listen', {
    notifications: { toolsListChanged: true, resourceSubscriptions: ['file:///a'] },
  });

  it('is acknowledged, honours nothing and ends', async () => {
    await using whoami = await startWhoami(nobody);
    const { status, headers, text } = await post(whoami.mcp, listen, headersOf(listen));
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    const subscription = { 'io.modelcontextprotocol/subscriptionId': 1 };
    expect([...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data))).toEqual([
      {
        jsonrpc: '2.0',
        method: 'notifications/subscriptions/acknowledged',
        params: { notifications: {}, _meta: subscription },
      },
      {
        jsonrpc: '2.0',
        id: 1,
        result: { resultType: 'complete', _meta: { ...subscription, ...serverMeta } },
      },
    ]);
  });

  it('without what to listen to is an error', async () => {
    await using whoami = await startWhoami(nobody);
    const { json } = await ask(whoami.mcp, message('subscriptions/listen'));
    expect(json).toMatchObject({ id: 1, error: { code: -32602 } });
  });
});

describe('the bounds of every revision', () => {
  const long = 'x'.repeat(9_000);
  const deep = Array.from({ length: 500 }).reduce<unknown>((inner) => [inner], 'x');
  it.each<[string, ReturnType<typeof message>, HeaderChanges]>([
    ['the name of a tool', call({ name: long }), {}],
    ['a name in one header', call(), { 'mcp-name': long }],
    ['a name in Base64', call(), { 'mcp-name': base64(long) }],
    ['a name in one body', call({ name: long }), { 'mcp-name': 'whoami' }],
    ['a name full of quotes', call({ name: 'x"'.repeat(3_000) }), { 'mcp-name': 'whoami' }],
    ['a URI', message('resources/read', { uri: long }), { 'mcp-name': 'x' }],
    ['a method', message(long), {}],
    ['a method in one header', call(), { 'mcp-method': long }],
    ['a method in one body', message(long), { 'mcp-method': 'tools/call' }],
    ['a version', call({ _meta: { ...clientMeta, 'io.modelcontextprotocol/protocolVersion': long } }), {}],
    [
      'a version without a header',
      call({ _meta: { ...clientMeta, 'io.modelcontextprotocol/protocolVersion': long } }),
      { 'mcp-protocol-version': undefined },
    ],
    ['a version in one header', call(), { 'mcp-protocol-version': long }],
    ['a cursor', message('tools/list', { cursor: long }), {}],
    ['a key', call({ arguments: { [long]: 1 }, [long]: 1, _meta: { ...clientMeta, [long]: 1 } }), {}],
    [
      'a key of capabilities',
      call({
        _meta: {
          ...clientMeta,
          'io.modelcontextprotocol/clientCapabilities': { experimental: { [long]: 1 } },
        },
      }),
      {},
    ],
    [
      '20,000 keys',
      call({
        _meta: {
          ...clientMeta,
          'io.modelcontextprotocol/clientCapabilities': {
            experimental: Object.fromEntries(Array.from({ length: 15_000 }, (_, key) => [key, 1])),
          },
        },
      }),
      {},
    ],
    ['an id', message('tools/list', {}, long), {}],
    ['what is deep within', call({ _meta: { ...clientMeta, a: deep } }), { 'mcp-method': 'x' }],
  ])('repeat no more than 100 characters of %s', async (_, body, changes) => {
    await using whoami = await startWhoami(nobody);
    const { text } = await post(whoami.mcp, body, headersOf(body, changes));
    expect(text).not.toMatch(/x{101}|(x\\*"){51}/);
    expect(text.length).toBeLessThan(2_500);
    for (const line of whoami.log) expect(line.message.length).toBeLessThan(330);
  });

  it('refuse a body that is too large, and one that is not JSON', async () => {
    await using whoami = await startWhoami(nobody);
    const large = call({ arguments: { a: 'x'.repeat(300_000) } });
    expect((await ask(whoami.mcp, large)).status).toBe(413);
    const answer = await fetch(whoami.mcp, {
      method: 'POST',
      headers: { ...jsonRpcHeaders, 'mcp-protocol-version': revision },
      body: '{',
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { code: -32700 } });
  });
});
