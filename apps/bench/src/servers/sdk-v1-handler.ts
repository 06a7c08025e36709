import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { RequestHandler } from 'express';

/**
 * The tool as the tutorial and the SDK's examples for servers without sessions have it: a server and a transport
 * for each request.
 *
 * @param constant what the tool says where nobody signs in.
 */
export function handleBySdkV1(constant?: object): RequestHandler {
  return async (request, response) => {
    const server = new McpServer({ name: 'WhoAmI', version: '0.0.0' });
    server.registerTool(
      'whoami',
      { description: 'Get the current user information', inputSchema: {} },
      (_, { authInfo }) => ({
        content: [
          {
            type: 'text',
            text: JSON.stringify(authInfo?.claims ?? constant ?? { error: 'Not authenticated' }),
          },
        ],
      }),
    );
    const transport = new StreamableHTTPServerTransport({});
    response.on('close', () => {
      void transport.close();
      void server.close();
    });
    await server.connect(transport);
    await transport.handleRequest(request, response, request.body);
  };
}
