/** The server of the testkit's README: what a reader has in this place. */
import { createServer } from 'node:http';
import { genericOidc } from '@mcp-whoami/generic-oidc';
import { accessTokenOf, createGuard } from '@mcp-whoami/guard';
import { serveOnLoopback } from '@mcp-whoami/testkit';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import express from 'express';

export async function startMyServer({ issuer }: { issuer: string }) {
  const app = express();
  const { port, ...server } = await serveOnLoopback(createServer(app));
  const url = `http://localhost:${port}/mcp`;
  const connection = await genericOidc.connect({ issuer }, { resources: [url] });
  const guard = createGuard({ connection, resources: [url] });
  app.use(guard.entrance);
  app.all('/mcp', guard.requireBearer(url), express.json(), async (request, response) => {
    const mcp = new McpServer({ name: 'mine', version: '1.0.0' });
    const text = accessTokenOf(request)?.subject ?? 'nobody';
    mcp.registerTool('whoami', {}, () => ({ content: [{ type: 'text', text }] }));
    const transport = new StreamableHTTPServerTransport({});
    await mcp.connect(transport);
    await transport.handleRequest(request, response, request.body);
  });
  app.use(guard.errorHandler);
  return { url, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
