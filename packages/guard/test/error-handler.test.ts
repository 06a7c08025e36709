import { TokenRefusedError, VerificationUndecidedError } from '@mcp-whoami/provider';
import { startStandIn } from '@mcp-whoami/testkit';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { createErrorHandler } from '../src/index.ts';
import { captureLog, expectNoTrace } from './captured-log.ts';
import { bodyLimit, startGuardedServer } from './guarded-server.ts';
import { listen, sendRaw } from './raw-http.ts';

const stack = /\.ts|node_modules|node:| {4}at /;

describe('a body', () => {
  it.each([
    ['over the limit', 413, -32600, 'entity.too.large', { body: JSON.stringify('x'.repeat(bodyLimit)) }],
    ['that is not JSON', 400, -32700, 'entity.parse.failed', { body: '{"a": BODY-OF-THE-REQUEST' }],
    ['that is cut off', 400, -32700, 'entity.parse.failed', { body: '{"a":' }],
    ['in an unknown encoding', 415, -32600, 'encoding.unsupported', { body: '{}', encoding: 'zip' }],
    [
      'in an unknown charset',
      415,
      -32600,
      'charset.unsupported',
      { body: '{}', type: 'application/json; charset=x' },
    ],
  ])('%s is %i as a JSON-RPC error, and one log line', async (_, status, code, reason, sent) => {
    await using idp = await startStandIn();
    await using server = await startGuardedServer(idp);
    const token = await idp.issueAccessToken({ resource: server.resource });
    const {
      body,
      type = 'application/json',
      encoding = 'identity',
    } = { type: undefined, encoding: undefined, ...sent };
    const response = await server.call(token, {
      method: 'POST',
      body,
      headers: { 'content-type': type, 'content-encoding': encoding },
    });
    const text = await response.text();
    expect(response.status).toBe(status);
    expect(JSON.parse(text)).toEqual({
      jsonrpc: '2.0',
      error: { code, message: expect.any(String) },
      id: null,
    });
    expect(response.headers.has('www-authenticate')).toBe(false);
    expect(text).not.toMatch(stack);
    expect(server.log.records()).toEqual([
      expect.objectContaining({ reason, status, requestId: response.headers.get('x-request-id') }),
    ]);
    for (const seen of [text, server.log.lines.join('')]) {
      expect(seen).not.toContain('BODY-OF-THE-REQUEST');
      expectNoTrace(seen, token);
    }
  });

  it('is not even read without a token', async () => {
    await using idp = await startStandIn();
    await using server = await startGuardedServer(idp);
    const response = await fetch(server.resource, {
      method: 'POST',
      body: '{',
      headers: { 'content-type': 'application/json' },
    });
    expect(response.status).toBe(401);
  });
});

describe('an exception in a handler', () => {
  it.each(['/fails', '/rejects'])(
    'is 500 as a JSON-RPC error, and logged with its stack: %s',
    async (path) => {
      await using idp = await startStandIn();
      await using server = await startGuardedServer(idp);
      const response = await fetch(server.origin + path, {
        headers: { authorization: 'Bearer not-for-the-log' },
      });
      const text = await response.text();
      expect(response.status).toBe(500);
      expect(JSON.parse(text)).toEqual({
        jsonrpc: '2.0',
        error: { code: -32603, message: 'Internal error' },
        id: null,
      });
      expect(text + JSON.stringify([...response.headers])).not.toMatch(stack);
      expect(server.log.records()).toEqual([
        expect.objectContaining({
          level: 50,
          requestId: response.headers.get('x-request-id'),
          err: expect.objectContaining({
            message: 'a defect of the handler',
            stack: expect.stringContaining('guarded-server.ts'),
          }),
        }),
      ]);
      expectNoTrace(server.log.lines.join(''), 'not-for-the-log');
    },
  );

  const answerTo = async (error: unknown) => {
    const log = captureLog();
    const app = express();
    app.use(() => {
      throw error;
    });
    app.use(createErrorHandler(log.logger));
    await using running = await listen(app);
    const answer = await sendRaw(running.port, ['GET / HTTP/1.1', 'Host: localhost']);
    return { ...answer, records: log.records() };
  };

  it.each([
    ['a text', 'SECRET'],
    ['an object', { status: 200, message: 'SECRET' }],
    ['an error that claims success', Object.assign(new Error('SECRET'), { status: 200 })],
    ['an error that claims a server’s fault', Object.assign(new Error('SECRET'), { status: 502 })],
    ['an error whose status is a text', Object.assign(new Error('SECRET'), { status: '404' })],
  ])('is 500 when it is %s', async (_, error) => {
    const { status, body, records } = await answerTo(error);
    expect(status).toBe(500);
    expect(body).not.toContain('SECRET');
    expect(records).toMatchObject([{ level: 50 }]);
  });

  it('keeps the status of a request’s own fault, but not its text', async () => {
    const { status, body, records } = await answerTo(Object.assign(new Error('SECRET'), { status: 422 }));
    expect(status).toBe(422);
    expect(JSON.parse(body)).toMatchObject({ jsonrpc: '2.0', error: { code: -32600 } });
    expect(body).not.toContain('SECRET');
    expect(records).toMatchObject([{ reason: 'bad_request', status: 422 }]);
  });

  it('is 401 or 503 when a handler judged a token by itself', async () => {
    const refused = await answerTo(new TokenRefusedError('expired', 'it has passed'));
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe(
      'Bearer error="invalid_token", error_description="The access token has expired"',
    );
    expect(refused.records).toMatchObject([
      { reason: 'expired', msg: expect.stringContaining('it has passed') },
    ]);

    const undecided = await answerTo(new VerificationUndecidedError('SECRET of the IdP'));
    expect(undecided.status).toBe(503);
    expect(undecided.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(undecided.headers.has('www-authenticate')).toBe(false);
    expect(undecided.body).not.toContain('SECRET');
    expect(undecided.records).toMatchObject([{ reason: 'idp_unavailable' }]);
  });
});

describe('an exception after the answer has begun', () => {
  it('ends the connection, and is logged with the request’s id and not by Express', async () => {
    const log = captureLog();
    const app = express();
    app.get('/', (_, response) => {
      response.locals.requestId = 'the-id';
      response.write('begun');
      throw new Error('late');
    });
    app.use(createErrorHandler(log.logger));
    await using server = await listen(app);
    await expect(
      fetch(`http://127.0.0.1:${server.port}`).then((response) => response.text()),
    ).rejects.toThrow();
    expect(log.records()).toMatchObject([{ requestId: 'the-id', err: { message: 'late' } }]);
  });
});

describe('a request target that is not a URL', () => {
  it.each(['http://localhost:99999/mcp', 'http://localhost:99999/mcp?access_token=not-for-the-log'])(
    'is refused, which is not a defect, and its query is not logged: %s',
    async (target) => {
      await using idp = await startStandIn();
      await using server = await startGuardedServer(idp);
      const answer = await sendRaw(server.port, [`GET ${target} HTTP/1.1`, `Host: localhost:${server.port}`]);
      expectNoTrace(server.log.lines.join(''), 'not-for-the-log');
      expect([400, 401, 403, 404]).toContain(answer.status);
    },
  );
});
