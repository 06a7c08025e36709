import { createServer } from 'node:http';
import { serveOnLoopback, startStandIn } from '@mcp-whoami/testkit';
import { requireBearerAuth as requireBearerAuthV2 } from '@modelcontextprotocol/express';
import { requireBearerAuth as requireBearerAuthV1 } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import express, { type RequestHandler } from 'express';
import { MCPAuth } from 'mcp-auth';
import { describe, expect, it, vi } from 'vitest';
import { isAccessTokenInfo, type ProviderConnection } from '../src/index.ts';
import { tokenVerifier as tokenVerifierV1 } from '../src/sdk-v1.ts';
import { tokenVerifier as tokenVerifierV2 } from '../src/sdk-v2.ts';
import { connect, resource } from './test-provider.ts';

/** A running Express server with one route behind a middleware, and nothing else of ours. */
const serve = async (middleware: RequestHandler) => {
  const app = express();
  app.get('/mcp', middleware, (request, response) => {
    const { auth } = request;
    response.json(isAccessTokenInfo(auth) ? { subject: auth.subject, claims: auth.claims } : {});
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
  {
    middleware: (connection: ProviderConnection) => RequestHandler;
    /** The same for tokens of any audience. */
    unrestricted: (connection: ProviderConnection) => RequestHandler;
    outage: number;
  }
> = {
  'mcp-auth’s bearerAuth': {
    middleware: ({ config, verifyAccessToken }) =>
      new MCPAuth({ server: config }).bearerAuth(verifyAccessToken, { audience: resource }),
    unrestricted: ({ config, verifyAccessToken }) =>
      new MCPAuth({ server: config }).bearerAuth(verifyAccessToken),
    outage: 503,
  },
  'the MCP SDK v1’s requireBearerAuth': {
    middleware: (connection) =>
      requireBearerAuthV1({ verifier: tokenVerifierV1(connection), expectedResource: new URL(resource) }),
    unrestricted: (connection) => requireBearerAuthV1({ verifier: tokenVerifierV1(connection) }),
    // It knows no 503; what matters is that it is no 401.
    outage: 500,
  },
  'the MCP SDK v2’s requireBearerAuth': {
    middleware: (connection) =>
      requireBearerAuthV2({ verifier: tokenVerifierV2(connection), expectedResource: new URL(resource) }),
    unrestricted: (connection) => requireBearerAuthV2({ verifier: tokenVerifierV2(connection) }),
    outage: 500,
  },
};

describe.each(Object.entries(frameworks))('plugged into %s', (_, { middleware, unrestricted, outage }) => {
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
    await using server = await serve(unrestricted(connection));
    expect((await server.get(await idp.issueAccessToken())).status).toBe(200);
  });
});
