import { accessTokenOf } from '@mcp-whoami/guard';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { RequestHandler } from 'express';
import { createMcpServer } from './mcp-server.ts';
import { answerSingleRequest, readSingleRequest } from './single-request.ts';

/**
 * Streamable HTTP without sessions: each POST is answered by a server of its own, in JSON. The SDK's transport
 * takes every POST; one that only carries a request, as nearly all do, is answered without it, since its way over
 * web-standard requests and responses takes longer than all the rest.
 */
export const handleStreamableHttp: RequestHandler = async (request, response) => {
  const server = createMcpServer();
  const message = readSingleRequest(request);
  if (message !== undefined) return answerSingleRequest(server, message, accessTokenOf(request), response);
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
  response.on('close', () => void server.close());
  await server.connect(transport);
  await transport.handleRequest(request, response, request.body);
};
