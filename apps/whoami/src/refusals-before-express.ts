import { randomUUID } from 'node:crypto';
import {
  type IncomingMessage,
  maxHeaderSize,
  type RequestListener,
  type Server,
  ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { GuardLogger } from '@mcp-whoami/guard';

/** Why a request never reaches the app. */
interface EarlyRefusal {
  status: number;
  reason: string;
  /** For the client and the log: nothing of the request. */
  text: string;
}

/** By the codes of Node and its parser; whatever else it says is that a request is not HTTP. */
const refusals: Readonly<Record<string, EarlyRefusal>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    reason: 'headers_too_large',
    text: `The headers are longer than ${maxHeaderSize} bytes together: most often because of the access token, which the identity provider can make shorter`,
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: 413,
    reason: 'body_too_large',
    text: 'The extensions of the body’s chunks are too long',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    reason: 'request_timeout',
    text: 'The request did not arrive in time',
  },
};
const noHttp: EarlyRefusal = {
  status: 400,
  reason: 'malformed_request',
  text: 'The request is not HTTP/1.1',
};
const noHost: EarlyRefusal = { status: 400, reason: 'host_missing', text: 'There is no Host header' };
const noTunnel: EarlyRefusal = {
  status: 405,
  reason: 'method_not_allowed',
  text: 'This server is not a proxy',
};
const expectation: EarlyRefusal = {
  status: 417,
  reason: 'expectation_failed',
  text: 'The only expectation that is met is 100-continue',
};

/** What stands before an app: an answer in JSON and a log line for each request that it never sees. */
export interface EarlyRefusals {
  /** Has what Node itself refuses answered here. */
  attachTo(server: Server): void;
  /** Hands an app the requests that say for which host they are (RFC 9112 §3.2); Node's own check logs nothing. */
  requireHost(app: RequestListener): RequestListener;
}

export function refuseBeforeExpress(logger: GuardLogger): EarlyRefusals {
  const begin = (socket: Duplex, { status, reason, text }: EarlyRefusal, more: object = {}) => {
    const requestId = randomUUID();
    const address = socket instanceof Socket ? socket.remoteAddress : undefined;
    logger.warn({ requestId, address, reason, status, ...more }, text);
    const body = JSON.stringify({ error: 'invalid_request', error_description: text });
    const headers = {
      Connection: 'close',
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
      'X-Request-Id': requestId,
    };
    return { status, headers, body };
  };
  const answerOn = (socket: Duplex, refusal: EarlyRefusal, more?: object) => {
    const { status, headers, body } = begin(socket, refusal, more);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines].join('\r\n');
    socket.end(`${head}\r\n\r\n${body}`, () => socket.destroy());
  };
  const answer = (request: IncomingMessage, response: ServerResponse, refusal: EarlyRefusal) => {
    const { status, headers, body } = begin(request.socket, refusal);
    response.writeHead(status, headers).end(body);
  };

  return {
    attachTo: (server) => {
      server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
        const { code = '' } = error;
        // The client is gone, or an answer of the app has begun, into which nothing else may be written.
        if (!socket.writable || code === 'ECONNRESET' || hasBegunAnswer(socket)) socket.destroy(error);
        else answerOn(socket, refusals[code] ?? noHttp, { found: code });
      });
      server.on('connect', (_, socket) => answerOn(socket, noTunnel));
      server.on('checkExpectation', (request, response) => answer(request, response, expectation));
      server.on('drop', (connection) => {
        const details = { address: connection?.remoteAddress, reason: 'too_many_connections' };
        logger.warn(details, `there are ${server.maxConnections} connections already`);
      });
    },
    requireHost: (app) => (request, response) => {
      if (request.headers.host === undefined && request.httpVersion === '1.1') {
        return answer(request, response, noHost);
      }
      app(request, response);
    },
  };
}

/** As Node's own answer to such an error looks at it: the answer that is under way on a connection. */
function hasBegunAnswer(socket: Duplex): boolean {
  const response: unknown = Reflect.get(socket, '_httpMessage');
  return response instanceof ServerResponse && response.headersSent;
}
