import { createServer, request as forward, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { serveOnLoopback } from '@mcp-whoami/testkit';
import type { Certificate } from './certificate.ts';

export type FrontOptions = {
  /** Is https towards the outside. */
  certificate?: Certificate;
  /** `X-Forwarded-Proto`, where it sends one. */
  forwardedProto?: 'http' | 'https';
  /** A path that it takes off before it hands a request on. */
  strips?: string;
};

/**
 * What stands before bridges, as their public URL: hands each request to the next one of them, in turn, by the name that
 * this has inside, and answers 502 where there is none.
 */
export const startFront = async ({ certificate, forwardedProto, strips = '' }: FrontOptions = {}) => {
  let origins: readonly string[] = [];
  let turn = 0;
  const hand: RequestListener = (request, response) => {
    const origin = origins[turn++ % Math.max(1, origins.length)];
    if (origin === undefined) return void response.writeHead(502).end();
    const { url: whole = '/', method, headers } = request;
    const url = strips !== '' && whole.startsWith(`${strips}/`) ? whole.slice(strips.length) : whole;
    const onward = forward(
      `${origin}${url}`,
      {
        method,
        headers: {
          ...headers,
          host: new URL(origin).host,
          ...(forwardedProto && { 'x-forwarded-proto': forwardedProto }),
        },
        agent: false,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
    request.pipe(onward);
  };
  const served = await serveOnLoopback(certificate ? createTlsServer(certificate, hand) : createServer(hand));
  return {
    origin: `${certificate ? 'https' : 'http'}://localhost:${served.port}`,
    /** From now on to these. */
    forwardTo: (...all: string[]) => {
      origins = all;
      turn = 0;
    },
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  };
};
