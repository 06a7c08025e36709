import { type IncomingMessage, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Endpoints } from './endpoints.ts';

type Answer = { status: number; headers: NodeJS.Dict<string | string[]>; body: string };

const hopHeaders = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length']);

/** oidc-provider reads the body itself, so the request goes to it a second time, over loopback. */
export const forward = (
  { endpoints, inner }: { endpoints: Endpoints; inner: AddressInfo },
  request: IncomingMessage,
  { path, body, authorization }: { path: string; body: string; authorization?: string },
): Promise<Answer> => {
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !hopHeaders.has(name)),
  );
  // Whatever name a client used, the URLs in the answer are the issuer's.
  headers.host = new URL(endpoints.issuer).host;
  if (authorization) headers.authorization = authorization;
  if (body) headers['content-length'] = String(Buffer.byteLength(body));
  return new Promise((resolve, reject) => {
    const hop = send(
      { host: inner.address, port: inner.port, method: request.method, path, headers, agent: false },
      async (incoming) => {
        let text = '';
        for await (const chunk of incoming.setEncoding('utf8')) text += chunk;
        const kept = Object.entries(incoming.headers).filter(([name]) => !hopHeaders.has(name));
        resolve({ status: incoming.statusCode ?? 500, headers: Object.fromEntries(kept), body: text });
      },
    );
    hop.on('error', reject).end(body);
  });
};
