/**
 * An identity provider that does as little as it can, so that it is never what is measured: discovery, one key,
 * one user, one JWT and one opaque token, userinfo and introspection, each answered from memory after
 * `LATENCY_MS`. The testkit's stand-in, a complete authorization server, takes several times as long for each.
 */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { serveOnLoopback } from '@mcp-whoami/testkit';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { audience, type Idp, resourceServer, user } from './idp-facts.ts';

const latency = Number(process.env.LATENCY_MS ?? 0);
const TOKEN_LIFETIME_SECONDS = 3600;
const opaque = 'opaque-token-of-the-bench';

const { server, port } = await serveOnLoopback(createServer());
// A connection of the server under test waits between rounds.
server.keepAliveTimeout = 60_000;
const issuer = `http://localhost:${port}`;

const { publicKey, privateKey } = await generateKeyPair('RS256');
const now = Math.floor(Date.now() / 1000);
const tokenClaims = {
  sub: user.sub,
  iss: issuer,
  aud: audience,
  iat: now,
  exp: now + TOKEN_LIFETIME_SECONDS,
  client_id: 'bench-client',
  scope: 'openid profile email',
};
const header = { alg: 'RS256', kid: 'bench' };
const jwt = await new SignJWT(tokenClaims).setProtectedHeader({ ...header, typ: 'at+jwt' }).sign(privateKey);

const metadata = {
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/jwks`,
  userinfo_endpoint: `${issuer}/userinfo`,
  introspection_endpoint: `${issuer}/introspect`,
  registration_endpoint: `${issuer}/register`,
  scopes_supported: ['openid', 'profile', 'email'],
  response_types_supported: ['code'],
  grant_types_supported: ['authorization_code', 'refresh_token'],
  code_challenge_methods_supported: ['S256'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
};
const { clientId, clientSecret } = resourceServer;
const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;

/** Each document, and the credentials without which it is refused: who sends wrong ones must not look fast. */
const documents: Readonly<Record<string, { document: object; credentials?: readonly string[] }>> = {
  '/.well-known/openid-configuration': { document: metadata },
  '/.well-known/oauth-authorization-server': { document: metadata },
  '/jwks': { document: { keys: [{ ...(await exportJWK(publicKey)), ...header, use: 'sig' }] } },
  '/userinfo': { document: user, credentials: [`Bearer ${jwt}`, `Bearer ${opaque}`] },
  '/introspect': {
    document: { active: true, ...tokenClaims, ...user, token_type: 'Bearer' },
    credentials: [basic],
  },
};

server.on('request', async (request, response) => {
  const body = await text(request);
  if (latency > 0) await setTimeout(latency);
  const found = documents[request.url ?? ''];
  const allowed = found?.credentials?.includes(request.headers.authorization ?? '') ?? true;
  const known = request.url !== '/introspect' || new URLSearchParams(body).get('token') === opaque;
  const status = found === undefined ? 404 : allowed ? 200 : 401;
  const json = JSON.stringify(status === 200 ? (known ? found?.document : { active: false }) : {});
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': json.length }).end(json);
});

const ready: Idp = { issuer, jwt, opaque, claims: { ...tokenClaims, ...user } };
process.stdout.write(`ready ${JSON.stringify(ready)}\n`);
