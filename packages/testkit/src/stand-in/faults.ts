import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Endpoint } from './endpoints.ts';

/**
 * How an endpoint fails. `refuse` takes the connection and closes it; that nothing listens at all is
 * `stopListening()` of the stand-in.
 */
export type FaultMode =
  | 'refuse'
  | 'hang'
  | 'status-401'
  | 'status-404'
  | 'status-429'
  | 'status-500'
  | 'status-502-html'
  | 'status-503'
  | 'html-200'
  | 'empty-200'
  | 'empty-204'
  | 'json-array'
  | 'json-null'
  | 'json-number'
  | 'truncated-json'
  | 'redirect'
  | 'redirect-loop'
  | 'redirect-to-other-host'
  | 'huge'
  | 'gzip-bomb'
  | 'no-gzip'
  | 'no-http'
  | 'reset-mid-body'
  | 'slow-drip';

/** An answer of the test's own instead of a named mode; a body that is neither text nor bytes is sent as JSON. */
export type FaultAnswer = { status: number; headers?: Record<string, string>; body?: unknown };

export type Fault = FaultMode | FaultAnswer;

/** Where the redirects that do not loop point: whoever follows one is seen in the request log. */
export const redirectTarget = '/elsewhere';

/** Bytes after which the endless body gives up on a reader that never does. */
const hugeBodyLimit = 512 * 1024 * 1024;

/** Bytes of a body that is small on the way: a hundred of these, each compressed to a thousandth. */
const bombPart = 1024 * 1024;
const bombParts = 100;

const slowDripInterval = 50; // ms

const html = '<!doctype html><title>Maintenance</title><h1>We will be back soon</h1>';

const answers: Partial<Record<FaultMode, (endpoint: string) => FaultAnswer>> = {
  'status-401': (endpoint) => ({
    status: 401,
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    // RFC 6749 §5.2: to these two endpoints a client speaks for itself.
    body: {
      error: endpoint === 'introspection' || endpoint === 'token' ? 'invalid_client' : 'invalid_token',
    },
  }),
  'status-404': () => ({ status: 404, body: { error: 'not_found' } }),
  'status-429': () => ({ status: 429, headers: { 'retry-after': '30' }, body: { error: 'slow_down' } }),
  'status-500': () => ({
    status: 500,
    body: { error: 'server_error', error_description: 'SECRET-STACK at db.ts:1' },
  }),
  'status-502-html': () => ({ status: 502, headers: { 'content-type': 'text/html' }, body: html }),
  'status-503': () => ({ status: 503, headers: { 'retry-after': '5' }, body: '' }),
  'html-200': () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: html }),
  'empty-200': () => ({ status: 200, headers: { 'content-type': 'application/json' }, body: '' }),
  'empty-204': () => ({ status: 204, body: '' }),
  'json-array': () => ({ status: 200, body: [] }),
  'json-null': () => ({ status: 200, body: 'null' }),
  'json-number': () => ({ status: 200, body: '42' }),
  'truncated-json': () => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"active":true,"sub":"ada","keys":[{"kty":"RS',
  }),
  'no-gzip': () => ({
    status: 200,
    headers: { 'content-encoding': 'gzip' },
    body: { sub: 'ada', active: true },
  }),
  redirect: () => ({ status: 302, headers: { location: redirectTarget }, body: '' }),
};

export const sendAnswer = (response: ServerResponse, { status, headers, body }: FaultAnswer): void => {
  const text = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body ?? {});
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(text);
};

/** Another host by its name, and the same server: 307 and 308 ask for the method and the body again. */
const redirect = (to: 'loop' | 'other-host', request: IncomingMessage): FaultAnswer => {
  const { localPort } = request.socket;
  return to === 'loop'
    ? { status: 308, headers: { location: request.url ?? '/' }, body: '' }
    : { status: 307, headers: { location: `http://127.0.0.1:${localPort}${redirectTarget}` }, body: '' };
};

/** Members of a gzip file one after the other are one file (RFC 1952 §2.2). */
const sendBomb = (response: ServerResponse): void => {
  const part = gzipSync(Buffer.alloc(bombPart, ' '));
  const body = Buffer.concat([...Array(bombParts).fill(part), gzipSync('{"sub":"ada","active":true}')]);
  response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(body);
};

const sendEndlessly = (response: ServerResponse): void => {
  const chunk = Buffer.alloc(64 * 1024, 'a');
  let sent = 0;
  const more = () => {
    while (!response.destroyed && sent < hugeBodyLimit) {
      sent += chunk.length;
      if (!response.write(chunk)) return void response.once('drain', more);
    }
    response.end('"}');
  };
  response.writeHead(200, { 'content-type': 'application/json' }).write('{"sub":"');
  more();
};

const drip = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-type': 'application/json' }).write('{"sub":"');
  const timer = setInterval(() => response.write('a'), slowDripInterval);
  response.on('close', () => clearInterval(timer));
};

export const commitFault = (
  fault: Fault,
  endpoint: string,
  request: IncomingMessage,
  response: ServerResponse,
): void => {
  const answer = typeof fault === 'object' ? fault : answers[fault]?.(endpoint);
  if (answer) sendAnswer(response, answer);
  else if (fault === 'redirect-loop') sendAnswer(response, redirect('loop', request));
  else if (fault === 'redirect-to-other-host') sendAnswer(response, redirect('other-host', request));
  else if (fault === 'gzip-bomb') sendBomb(response);
  else if (fault === 'refuse') request.socket.destroy();
  else if (fault === 'no-http') request.socket.end('SSH-2.0-OpenSSH_9.7\r\n');
  else if (fault === 'huge') sendEndlessly(response);
  else if (fault === 'slow-drip') drip(response);
  else if (fault === 'reset-mid-body') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '4096' });
    response.write('{"sub":"ada","active":true,', () => request.socket.destroy());
  }
  // 'hang': the answer never comes; disposing the stand-in closes the connection.
};

export type Faults<Where extends string = Endpoint> = {
  fail: (endpoint: Where, fault: Fault, limit?: { times: number }) => void;
  recover: (endpoint?: Where) => void;
  take: (endpoint: Where) => Fault | undefined;
};

export const createFaults = <Where extends string = Endpoint>(): Faults<Where> => {
  const active = new Map<Where, { fault: Fault; left: number }>();
  return {
    fail: (endpoint, fault, limit) => void active.set(endpoint, { fault, left: limit?.times ?? Infinity }),
    recover: (endpoint) => (endpoint ? void active.delete(endpoint) : active.clear()),
    take: (endpoint) => {
      const entry = active.get(endpoint);
      if (!entry || entry.left <= 0) return undefined;
      entry.left -= 1;
      return entry.fault;
    },
  };
};
