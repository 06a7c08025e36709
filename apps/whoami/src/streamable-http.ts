import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { RequestHandler } from 'express';
import { createMcpServer } from './mcp-server.ts';

/** Streamable HTTP without sessions: each POST is answered by a server of its own, in JSON. */
export const handleStreamableHttp: RequestHandler = async (request, response) => {
  const server = createMcpServer();
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
  response.on('close', () => void server.close());
  await server.connect(transport);
  await transport.handleRequest(request, response, request.body);
};
