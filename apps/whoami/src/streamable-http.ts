import { accessTokenOf, type GuardLogger, requestDetails } from '@mcp-whoami/guard';
import { printable } from '@mcp-whoami/provider';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Request, RequestHandler, Response } from 'express';
import { faultOfBody } from './json-rpc-limits.ts';
import { refuse } from './json-rpc-refusal.ts';
import { createMcpServer } from './mcp-server.ts';
import { MAX_ECHO_LENGTH, sendShortErrors } from './short-errors.ts';
import { answerSingleRequest, readSingleRequest } from './single-request.ts';
import { countUnreadAnswers, MAX_UNREAD_BYTES } from './unread-answers.ts';

/** Characters of the SDK's own reason for a refusal that the log shows at most: it repeats headers. */
const MAX_REASON_LENGTH = 300;

/** Seconds after which a client may try again that left too much unread. */
const RETRY_AFTER_SECONDS = 10;
const tooMuchUnread = { reason: 'answers_unread', message: 'Too many answers are left unread' };

/**
 * Streamable HTTP without sessions: each POST is answered by a server of its own, in JSON. The SDK's transport
 * takes every POST; one that only carries a request, as nearly all do, is answered without it, since its way over
 * web-standard requests and responses takes longer than all the rest.
 *
 * @param maxUnread what may wait for the clients of one subject to read it, in bytes.
 */
export function createStreamableHttp(logger: GuardLogger, maxUnread = MAX_UNREAD_BYTES): RequestHandler {
  const unread = countUnreadAnswers(maxUnread);
  const send = (request: Request, response: Response, json: string) => {
    const size = Buffer.byteLength(json);
    if (!unread.admit(request, response, size)) {
      response.set('Retry-After', String(RETRY_AFTER_SECONDS));
      return refuse(request, response, logger, { ...tooMuchUnread, status: 503 });
    }
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': size });
    response.end(json);
  };
  return async (request, response) => {
    const fault = faultOf(request);
    if (fault !== undefined) {
      return refuse(request, response, logger, { status: 400, reason: 'invalid_request', message: fault });
    }
    const server = createMcpServer();
    const message = readSingleRequest(request);
    if (message !== undefined) {
      return answerSingleRequest(server, message, accessTokenOf(request), (json) =>
        send(request, response, json),
      );
    }
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
    sendShortErrors(transport, (size) => {
      if (unread.admit(request, response, size)) return;
      const { reason, message: why } = tooMuchUnread;
      logger.warn({ ...requestDetails(request, response), reason }, why);
      response.destroy();
    });
    transport.onerror = ({ message: why }) => {
      logger.warn(
        { ...requestDetails(request, response), reason: 'invalid_request' },
        printable(why, MAX_REASON_LENGTH),
      );
    };
    response.on('close', () => void server.close());
    await server.connect(transport);
    await transport.handleRequest(request, response, request.body);
  };
}

function faultOf({ headers, body }: Request): string | undefined {
  const version = headers['mcp-protocol-version'];
  // The SDK repeats it.
  if (version !== undefined && version.length > MAX_ECHO_LENGTH) return 'Unsupported protocol version';
  return faultOfBody(body, version);
}
