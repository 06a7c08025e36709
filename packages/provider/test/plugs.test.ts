import { createServer } from 'node:http';
import { serveOnLoopback, startStandIn } from '@mcp-whoami/testkit';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import express, { type RequestHandler } from 'express';
import { MCPAuth } from 'mcp-auth';
import { describe, expect, it, vi } from 'vitest';
import type { ProviderConnection } from '../src/index.ts';
import { connect, resource } from './test-provider.ts';

/** A running Express server with one route behind a middleware, and nothing else of ours. */
const serve = async (middleware: RequestHandler) => {
  const app = express();
  app.get('/mcp', middleware, (request, response) => {
    response.json({ subject: request.auth?.subject, claims: request.auth?.claims });
  });
  const { port, ...server } = await serveOnLoopback(createServer(app));
  return {
    ...server,
    get: (token: string) =>
      fetch(`http://127.0.0.1:${port}/mcp`, { headers: { authorization: `Bearer ${token}` } }),
  };
};

const frameworks: Record<
  string,
  { middleware: (connection: ProviderConnection) => RequestHandler; outage: number }
> = {
  'mcp-auth’s bearerAuth': {
    middleware: ({ config, verifyAccessToken }) =>
      new MCPAuth({ server: config }).bearerAuth(verifyAccessToken, { audience: resource }),
    outage: 503,
  },
  'the MCP SDK’s requireBearerAuth': {
    middleware: ({ verifyAccessToken }) =>
      requireBearerAuth({ verifier: { verifyAccessToken }, expectedResource: new URL(resource) }),
    // It knows no 503; what matters is that it is no 401.
    outage: 500,
  },
};

describe.each(Object.entries(frameworks))('plugged into %s', (_, { middleware, outage }) => {
  it('lets a good token in, refuses a bad one with 401, and does not call it bad in an outage', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    vi.spyOn(console, 'error').mockImplementation(() => {});
    await using idp = await startStandIn();
    await using connection = await connect(idp);
    await using server = await serve(middleware(connection));

    const token = await idp.issueAccessToken({ resource });
    idp.fail('jwks', 'status-500');
    const undecided = await server.get(token);
    expect(undecided.status).toBe(outage);

    idp.recover();
    const accepted = await server.get(token);
    expect(accepted.status).toBe(200);
    expect(await accepted.json()).toMatchObject({ subject: 'ada', claims: { sub: 'ada', aud: resource } });

    const refused = await server.get(idp.signJwt(idp.validClaims({ aud: resource, exp: 1 })));
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token"/);
    expect(await refused.text()).not.toMatch(/ at .*\.ts/);
  });

  it('lets an opaque token in, for which the IdP names no expiry', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    await using idp = await startStandIn({ accessTokens: 'opaque', resource: 'ignored' });
    await using connection = await connect(idp, { TEST_AUDIENCE: '*' });
    const unrestricted: RequestHandler =
      outage === 503
        ? new MCPAuth({ server: connection.config }).bearerAuth(connection.verifyAccessToken)
        : requireBearerAuth({ verifier: connection });
    await using server = await serve(unrestricted);
    expect((await server.get(await idp.issueAccessToken())).status).toBe(200);
  });
});
