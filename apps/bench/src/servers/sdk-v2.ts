/** The MCP SDK v2 as its documentation uses it: its own `requireBearerAuth`, with jose to verify JWTs. */
import { createMcpExpressApp, requireBearerAuth } from '@modelcontextprotocol/express';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import { McpServer, OAuthError, OAuthErrorCode } from '@modelcontextprotocol/server';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { audience } from '../idp-facts.ts';
import { issuer, serve } from './serve.ts';

const tokenClaims = z.looseObject({ client_id: z.string(), scope: z.string(), exp: z.number() });
const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));

const app = createMcpExpressApp();
const requireBearer = requireBearerAuth({
  verifier: {
    verifyAccessToken: async (token) => {
      const { payload } = await jwtVerify(token, keys, { issuer, audience }).catch((error: unknown) => {
        if (!(error instanceof errors.JOSEError)) throw error;
        throw new OAuthError(OAuthErrorCode.InvalidToken, error.message);
      });
      const claims = tokenClaims.parse(payload);
      const { client_id: clientId, scope, exp: expiresAt } = claims;
      return { token, clientId, scopes: scope.split(' '), expiresAt, extra: claims };
    },
  },
});
app.post('/mcp', requireBearer, async (request, response) => {
  const server = new McpServer({ name: 'WhoAmI', version: '0.0.0' });
  server.registerTool('whoami', { description: 'Get the current user information' }, ({ http }) => ({
    content: [
      { type: 'text', text: JSON.stringify(http?.authInfo?.extra ?? { error: 'Not authenticated' }) },
    ],
  }));
  const transport = new NodeStreamableHTTPServerTransport({});
  response.on('close', () => {
    void transport.close();
    void server.close();
  });
  await server.connect(transport);
  await transport.handleRequest(request, response, request.body);
});
serve(app);
