import { accessTokenOf, type GuardLogger, requestDetails } from '@mcp-whoami/guard';
import { printable } from '@mcp-whoami/provider';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Request, RequestHandler, Response } from 'express';
import { faultOfBody } from './json-rpc-limits.ts';
import { MAX_REASON_LENGTH, refuse } from './json-rpc-refusal.ts';
import { createMcpServer } from './mcp-server.ts';
import { isStateless } from './protocol-era.ts';
import { MAX_ECHO_LENGTH, sendShortErrors } from './short-errors.ts';
import { answerSingleRequest, readSingleRequest } from './single-request.ts';
import { createStatelessRequests, type HttpAnswer } from './stateless-requests.ts';
import { countUnreadAnswers, MAX_UNREAD_BYTES } from './unread-answers.ts';

/** Seconds after which a client may try again that left too much unread. */
const RETRY_AFTER_SECONDS = 10;
const tooMuchUnread = { reason: 'answers_unread', message: 'Too many answers are left unread' };

const jsonHeaders = { 'Content-Type': 'application/json' };

/**
 * Streamable HTTP without sessions, for every revision of MCP at one URL: each POST is answered by a server of its
 * own, in JSON. Where it is of a revision with a handshake, the SDK's transport takes it; one that only carries a
 * request, as nearly all do, is answered without that, since its way over web-standard requests and responses takes
 * longer than all the rest.
 *
 * @param maxUnread what may wait for the clients of one subject to read it, in bytes.
 */
export function createStreamableHttp(logger: GuardLogger, maxUnread = MAX_UNREAD_BYTES): RequestHandler {
  const unread = countUnreadAnswers(maxUnread);
  const send = (request: Request, response: Response, { status, headers, body }: HttpAnswer) => {
    const size = Buffer.byteLength(body);
    if (!unread.admit(request, response, size)) {
      response.set('Retry-After', String(RETRY_AFTER_SECONDS));
      return refuse(request, response, logger, { ...tooMuchUnread, status: 503 });
    }
    response.writeHead(status, { ...headers, 'Content-Length': size });
    response.end(body);
  };
  const answerStateless = createStatelessRequests(logger, send);
  return async (request, response) => {
    const fault = faultOf(request);
    if (fault !== undefined) {
      return refuse(request, response, logger, { status: 400, reason: 'invalid_request', message: fault });
    }
    if (isStateless(request)) return answerStateless(request, response);
    const server = createMcpServer();
    const message = readSingleRequest(request);
    if (message !== undefined) {
      return answerSingleRequest(server, message, accessTokenOf(request), (json) =>
        send(request, response, { status: 200, headers: jsonHeaders, body: json }),
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
