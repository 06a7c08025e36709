import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { z } from 'zod';
import { type StandIn, serveOnLoopback } from '../src/index.ts';

const adminScope = 'mcp:admin';

const call = z.object({ params: z.object({ name: z.string() }) });

/** The least MCP server that a client must sign in to: `whoami`, and `admin` for a scope of its own. */
export const startProtectedServer = async (idp: StandIn) => {
  const keys = createRemoteJWKSet(new URL(idp.jwksUrl));
  const sessions = new Map<string, SSEServerTransport>();

  const mcpFor = (claims: Record<string, unknown>) => {
    const mcp = new McpServer({ name: 'protected', version: '1.0.0' });
    const answer = async () => ({ content: [{ type: 'text' as const, text: JSON.stringify(claims) }] });
    mcp.registerTool('whoami', { description: 'who' }, answer);
    mcp.registerTool('admin', { description: 'what' }, answer);
    return mcp;
  };

  const refuse = (response: ServerResponse, resource: string, status: number, challenge: string) =>
    response
      .writeHead(status, {
        'www-authenticate': `Bearer resource_metadata="${origin}/.well-known/oauth-protected-resource${new URL(resource).pathname}"${challenge}`,
      })
      .end();

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', origin);
    const [, metadataPath] = url.pathname.split('/.well-known/oauth-protected-resource');
    if (metadataPath) {
      const document = {
        resource: origin + metadataPath,
        authorization_servers: [idp.issuer],
        scopes_supported: ['openid', 'email'],
      };
      return response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
    }
    if (!['/mcp', '/sse', '/messages'].includes(url.pathname)) return response.writeHead(404).end();

    const resource = origin + (url.pathname === '/mcp' ? '/mcp' : '/sse');
    const token = request.headers.authorization?.split(' ')[1] ?? '';
    const verified = await jwtVerify(token, keys, { issuer: idp.issuer, audience: resource }).catch(
      () => undefined,
    );
    if (!verified) return refuse(response, resource, 401, ', scope="openid email"');

    if (request.method === 'GET' && url.pathname === '/sse') {
      const transport = new SSEServerTransport('/messages', response);
      sessions.set(transport.sessionId, transport);
      return mcpFor(verified.payload).connect(transport);
    }
    let text = '';
    for await (const chunk of request) text += chunk;
    const body: unknown = text ? JSON.parse(text) : undefined;
    const scopes = String(verified.payload.scope).split(' ');
    if (call.safeParse(body).data?.params.name === 'admin' && !scopes.includes(adminScope)) {
      return refuse(
        response,
        resource,
        403,
        `, error="insufficient_scope", scope="openid email ${adminScope}"`,
      );
    }
    if (url.pathname === '/messages') {
      return sessions
        .get(url.searchParams.get('sessionId') ?? '')
        ?.handlePostMessage(request, response, body);
    }
    if (request.method !== 'POST') return response.writeHead(405).end();
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
    await mcpFor(verified.payload).connect(transport);
    return transport.handleRequest(request, response, body);
  };

  const { port, ...server } = await serveOnLoopback(
    createServer((request, response) => void handle(request, response)),
  );
  const origin = `http://localhost:${port}`;
  return {
    ...server,
    mcp: `${origin}/mcp`,
    sse: `${origin}/sse`,
  };
};
