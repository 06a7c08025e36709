import { hash, randomBytes } from 'node:crypto';
import type { Middleware } from '@mcp-whoami/authorization-server';

type Context = Pick<Parameters<Middleware>[0], 'cookies'>;

const RANDOM_BYTES = 32;

/** As many hexadecimal digits as tell the servers of one host apart. */
const PATH_DIGITS = 12;

/** How long a browser keeps the cookie after the last page that needs it, in ms. */
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
 * @param publicUrl of the server. On https the cookie is bound to its very host (`__Host-`, RFC 6265bis §4.1.3.2), which
 *   Safari drops on loopback http. Its name has port and path, as such cookies tell neither of them apart.
 */
export function createBrowserCookie(publicUrl: string): BrowserCookie {
  const { protocol, port, pathname } = new URL(publicUrl);
  const secure = protocol === 'https:';
  const name = [secure ? '__Host-mcp-sign-in' : 'mcp-sign-in', port, shortened(pathname)]
    .filter(Boolean)
    .join('-');
  const read = (ctx: Context) => ctx.cookies.get(name, { signed: true }) || undefined;
  return {
    find: (ctx) => {
      const value = read(ctx);
      return value && markOf(value);
    },
    ensure: (ctx) => {
      // Also one that it has is sent again: it could end while the person is at the IdP.
      const value = read(ctx) ?? randomBytes(RANDOM_BYTES).toString('base64url');
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

function shortened(pathname: string): string {
  return pathname === '/' ? '' : hash('sha256', pathname).slice(0, PATH_DIGITS);
}

function markOf(value: string): string {
  return hash('sha256', value, 'base64url');
}
