import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { type Middleware, readForm } from '@mcp-whoami/authorization-server';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import type { AdapterPayload } from 'oidc-provider';
import { z } from 'zod';
import { routes } from '../paths.ts';

/** A token, a client id and a client assertion. */
const MAX_BODY_BYTES = 56 * 1_024;

const HANDLE_BYTES = 32;

const claims = z.object({
  sub: z.string(),
  client_id: z.string(),
  sid: z.string(),
  exp: z.number(),
  iat: z.number(),
});

/**
 * Lets access tokens be revoked (RFC 7009 §2.1): they are JWTs, which oidc-provider refuses to revoke as it keeps none
 * of them. What it is given instead is a handle, under which it finds what the token says: so it is oidc-provider that
 * authenticates the client, and ends the grant.
 */
export interface RevocableTokens {
  /** Before oidc-provider. */
  middleware: Middleware;
  /** What a handle stands for, as oidc-provider keeps access tokens. */
  find(handle: string): AdapterPayload | undefined;
}

/**
 * @param keys of the tokens.
 * @param issuer of the tokens.
 */
export function createRevocableTokens(keys: JSONWebKeySet, issuer: string): RevocableTokens {
  // Each for as long as its request.
  const underWay = new Map<string, AdapterPayload>();
  const find = createLocalJWKSet(keys);

  const handleOf = async (token: string): Promise<string> => {
    try {
      const { payload } = await jwtVerify(token, find, { issuer, typ: 'at+jwt' });
      const { sub, client_id: clientId, sid: grantId, exp, iat } = claims.parse(payload);
      const handle = randomBytes(HANDLE_BYTES).toString('base64url');
      underWay.set(handle, { kind: 'AccessToken', jti: handle, accountId: sub, clientId, grantId, exp, iat });
      return handle;
    } catch {
      // Neither one of ours nor in force: invalid tokens are no error (RFC 7009 §2.2).
      return 'unknown';
    }
  };

  return {
    find: (handle) => underWay.get(handle),
    middleware: async (ctx, next) => {
      if (ctx.path !== routes.revocation || ctx.method !== 'POST') return next();
      if (!ctx.is('application/x-www-form-urlencoded')) return next();
      const form = (await readForm(ctx.req, MAX_BODY_BYTES)) ?? new URLSearchParams();
      const token = form.get('token');
      const isJwt = token !== null && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);
      const handle = isJwt ? await handleOf(token) : undefined;
      if (handle !== undefined) form.set('token', handle);
      replaceBody(ctx.req, form.toString());
      try {
        await next();
      } finally {
        if (handle !== undefined) underWay.delete(handle);
      }
    },
  };
}

/** Lets a body that was read be read once more, as another one. */
function replaceBody(request: IncomingMessage, body: string): void {
  const bytes = Buffer.from(body);
  request.headers['content-length'] = String(bytes.length);
  delete request.headers['transfer-encoding'];
  Object.defineProperties(request, {
    readable: { value: true },
    iterator: { value: () => Readable.from([bytes])[Symbol.asyncIterator]() },
  });
}
