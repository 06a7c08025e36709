import { type GuardLogger, requestDetails } from '@mcp-whoami/guard';
import { printable } from '@mcp-whoami/provider';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Request, RequestHandler } from 'express';
import { faultOfBody } from './json-rpc-limits.ts';
import { refuse } from './json-rpc-refusal.ts';
import { createMcpServer } from './mcp-server.ts';
import { MAX_ECHO_LENGTH, sendShortErrors } from './short-errors.ts';
import { answerSingleRequest, readSingleRequest } from './single-request.ts';

/** Characters of the SDK's own reason for a refusal that the log shows at most: it repeats headers. */
const MAX_REASON_LENGTH = 300;

/**
 * Streamable HTTP without sessions: each POST is answered by a server of its own, in JSON. The SDK's transport
 * takes every POST; one that only carries a request, as nearly all do, is answered without it, since its way over
 * web-standard requests and responses takes longer than all the rest.
 */
export function createStreamableHttp(logger: GuardLogger): RequestHandler {
  return async (request, response) => {
    const fault = faultOf(request);
    if (fault !== undefined) {
      return refuse(request, response, logger, { status: 400, reason: 'invalid_request', message: fault });
    }
    const server = createMcpServer();
    const message = readSingleRequest(request);
    if (message !== undefined) return answerSingleRequest(server, message, request.auth, response);
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
    sendShortErrors(transport);
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
