/**
 * An identity provider that does as little as it can, so that it is never what is measured: discovery, one key,
 * one user, one JWT and one opaque token, userinfo and introspection, each answered from memory after
 * `LATENCY_MS`. The testkit's stand-in, a complete authorization server, takes several times as long for each.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { z } from 'zod';
import type { Announcement } from './announcement.ts';
import { listenOnFreePort } from './listen.ts';
import { audience, resourceServer, user } from './user.ts';

const { LATENCY_MS: latency } = z.object({ LATENCY_MS: z.coerce.number().default(0) }).parse(process.env);

const KEY_ID = 'bench';
const TOKEN_LIFETIME_SECONDS = 3600;

const documents = new Map<string, object>();
const server = createServer(async (request, response) => {
  const body = await text(request);
  if (latency > 0) await setTimeout(latency);
  const { status, document } = answer(request.url ?? '/', request.headers.authorization ?? '', body);
  const json = JSON.stringify(document);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(json),
  });
  response.end(json);
});
// A connection of the server under test waits between rounds.
server.keepAliveTimeout = 60_000;

const issuer = await listenOnFreePort(server);
const { publicKey, privateKey } = await generateKeyPair('RS256');
const issuedAt = Math.floor(Date.now() / 1000);
const tokenClaims = {
  sub: user.sub,
  iss: issuer,
  aud: audience,
  iat: issuedAt,
  exp: issuedAt + TOKEN_LIFETIME_SECONDS,
  client_id: 'bench-client',
  scope: 'openid profile email',
};
const jwt = await new SignJWT(tokenClaims)
  .setProtectedHeader({ alg: 'RS256', kid: KEY_ID, typ: 'at+jwt' })
  .sign(privateKey);
const opaque = randomBytes(32).toString('base64url');

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
documents
  .set('/.well-known/openid-configuration', metadata)
  .set('/.well-known/oauth-authorization-server', metadata)
  .set('/jwks', { keys: [{ ...(await exportJWK(publicKey)), kid: KEY_ID, alg: 'RS256', use: 'sig' }] })
  .set('/userinfo', user)
  .set('/introspect', { active: true, ...tokenClaims, ...user, token_type: 'Bearer' });

const { clientId, clientSecret } = resourceServer;
const credentials: Readonly<Record<string, readonly string[]>> = {
  '/userinfo': [`Bearer ${jwt}`, `Bearer ${opaque}`],
  '/introspect': [`Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`],
};

/** A server that asks nothing, or with the wrong credentials, must not look fast. */
function answer(path: string, authorization: string, body: string) {
  const document = documents.get(path);
  if (document === undefined) return { status: 404, document: { error: 'not_found' } };
  if (credentials[path]?.includes(authorization) === false) {
    return { status: 401, document: { error: 'invalid_token' } };
  }
  const known = path !== '/introspect' || new URLSearchParams(body).get('token') === opaque;
  return { status: 200, document: known ? document : { active: false } };
}

const { sub, ...rest } = { ...user, ...tokenClaims };
const ready: Announcement = { issuer, jwt, opaque, claims: { sub, ...rest } };
process.stdout.write(`${JSON.stringify(ready)}\n`);
