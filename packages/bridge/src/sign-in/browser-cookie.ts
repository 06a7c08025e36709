import { createHash, randomBytes } from 'node:crypto';
import type { Middleware } from '@mcp-whoami/authorization-server';

type Context = Parameters<Middleware>[0];

const RANDOM_BYTES = 32;

/** How long a browser keeps the cookie, in ms. */
const LIFETIME_MS = 24 * 3_600_000;

/**
 * Tells one browser from another: a random value in a cookie, of which only the hash is kept. All sign-ins that a
 * browser has begun share it, so that no number of them makes the cookie larger.
 */
export interface BrowserCookie {
  /** The browser's mark, which it gets if it has none. */
  ensure(ctx: Context): string;
  /** The mark that it has; nothing where it has none. */
  find(ctx: Context): string | undefined;
}

/**
 * @param publicUrl of the server. On https the cookie is bound to its very host (`__Host-`, RFC 6265bis §4.1.3.2); on
 *   loopback http, where Safari drops such cookies, it has the port in its name, which cookies do not tell apart.
 */
export function createBrowserCookie(publicUrl: string): BrowserCookie {
  const { protocol, port } = new URL(publicUrl);
  const secure = protocol === 'https:';
  const name = secure ? '__Host-mcp-sign-in' : `mcp-sign-in-${port}`;
  const find = (ctx: Context) => {
    const value = ctx.cookies.get(name, { signed: true });
    return value === undefined || value === '' ? undefined : markOf(value);
  };
  return {
    find,
    ensure: (ctx) => {
      const found = find(ctx);
      if (found !== undefined) return found;
      const value = randomBytes(RANDOM_BYTES).toString('base64url');
      ctx.cookies.set(name, value, {
        path: '/',
        httpOnly: true,
        secure,
        sameSite: 'lax',
        signed: true,
        overwrite: true,
        maxAge: LIFETIME_MS,
      });
      return markOf(value);
    },
  };
}

function markOf(value: string): string {
  return createHash('sha256').update(value).digest('base64url');
}
