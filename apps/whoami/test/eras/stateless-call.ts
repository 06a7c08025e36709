import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { jsonRpcHeaders } from '../start-whoami.ts';

/** The revision without a handshake. */
export const revision = '2026-07-28';

/** What each of its requests says of its client. */
export const clientMeta = {
  'io.modelcontextprotocol/protocolVersion': revision,
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** A request, as its client sends it. */
export const message = (method: string, params: Record<string, unknown> = {}, id: unknown = 1) => ({
  jsonrpc: '2.0',
  id,
  method,
  params: { _meta: clientMeta, ...params },
});

export const call = (params: object = {}) =>
  message('tools/call', { name: 'whoami', arguments: {}, ...params });

/** Values of headers: several are several lines, nothing takes the header away. */
export type HeaderChanges = Record<string, string | string[] | undefined>;

/** The headers that say what a message says. */
export const headersOf = (
  { method, params }: { method: string; params: object },
  changes: HeaderChanges = {},
) => {
  const name = 'name' in params && typeof params.name === 'string' ? { 'mcp-name': params.name } : {};
  const all = {
    ...jsonRpcHeaders,
    'mcp-protocol-version': revision,
    'mcp-method': method,
    ...name,
    ...changes,
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
};

/** POSTs a body, its headers byte for byte. */
export const post = async (url: string, body: unknown, headers: Record<string, string | string[]>) => {
  const sent = request(url, { method: 'POST', headers });
  sent.end(JSON.stringify(body));
  const [answer] = await once(sent, 'response');
  const received = await text(answer);
  return { status: Number(answer.statusCode), headers: answer.headers, text: received };
};

/** POSTs a message with its own headers, but for the changes. */
export const ask = async (url: string, body: ReturnType<typeof message>, changes?: HeaderChanges) => {
  const { status, headers, text: received } = await post(url, body, headersOf(body, changes));
  return { status, headers, json: received === '' ? undefined : JSON.parse(received) };
};
