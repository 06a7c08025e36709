import type { IncomingHttpHeaders } from 'node:http';
import type { Provider } from 'oidc-provider';

export type Middleware = Parameters<Provider['use']>[0];

const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/** Refuses a page of another name that was rebound to the loopback address: its requests carry its own Host. */
export const requireLoopbackHost: Middleware = async (ctx, next) => {
  if (LOOPBACK_HOST.test(ctx.req.headers.host ?? '')) return next();
  ctx.status = 403;
  ctx.body = 'Host is not a loopback name\n';
};

/** Pages of programs on this machine, whose schemes no website can have as its origin. */
const PROGRAM_ORIGIN =
  /^(vscode-webview|vscode-file|chrome-extension|moz-extension|safari-web-extension|tauri):\/\/[\w.-]+$/;

/** Whether pages of an origin (RFC 6454 §7, as browsers send it) may use this server: those of this machine. */
export function isOriginOfThisMachine(origin: string): boolean {
  const url = URL.parse(origin);
  const isLoopback = url?.origin === origin && /^https?:$/.test(url.protocol) && LOOPBACK_HOST.test(url.host);
  return isLoopback || PROGRAM_ORIGIN.test(origin);
}

/**
 * Refuses what a page of another origin sends: any website that the developer opens could register clients here, ask
 * for tokens, or start sign-ins in hidden frames until those of real clients are forgotten. Browsers say so in
 * `Origin` on all but plain GET requests, and on those in Fetch Metadata. What a link or a redirect opens in a tab of
 * its own stays possible: that is how clients start a sign-in. Programs send none of these headers.
 */
export function requireOriginOfThisMachine(isAllowed: (origin: string) => boolean): Middleware {
  return async (ctx, next) => {
    const { origin } = ctx.req.headers;
    const isForeign =
      origin === undefined
        ? ctx.get('Sec-Fetch-Site') === 'cross-site' && !isOpenedInTab(ctx.req.headers)
        : !isAllowed(origin);
    if (!isForeign) return next();
    ctx.status = 403;
    ctx.body = 'Only pages of this machine may use this server\n';
  };
}

function isOpenedInTab(headers: IncomingHttpHeaders): boolean {
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}

const CROSS_ORIGIN_PATH = /^\/(reg|token|jwks|\.well-known\/.*)$/;

/**
 * Lets clients that run in a browser read what clients fetch: metadata, keys, registration, tokens. Comes after
 * `requireOriginOfThisMachine`. None of these look at cookies. oidc-provider has no CORS on registration, and leaves
 * a response alone that has its headers already.
 */
export const allowCrossOrigin: Middleware = async (ctx, next) => {
  ctx.vary('Origin');
  const { origin } = ctx.req.headers;
  if (origin === undefined || !CROSS_ORIGIN_PATH.test(ctx.path)) return next();
  ctx.set('Access-Control-Allow-Origin', origin);
  ctx.set('Access-Control-Expose-Headers', 'WWW-Authenticate');
  if (ctx.method !== 'OPTIONS') return next();
  ctx.set('Access-Control-Allow-Methods', 'GET, POST');
  // The wildcard does not cover Authorization (Fetch, "CORS-unsafe request-header names").
  ctx.set('Access-Control-Allow-Headers', 'Authorization, *');
  ctx.set('Access-Control-Max-Age', '3600');
  ctx.status = 204;
};

/** What a request that names no known scope is asking for (RFC 6749 §3.3: "a pre-defined default value"). */
const DEFAULT_SCOPE = 'openid profile email';

/**
 * Takes from an authorization request the scopes that don't exist here, and gives it the default when none is left:
 * "The authorization server MAY fully or partially ignore the scope requested by the client" (RFC 6749 §3.3).
 * oidc-provider would show the sign-in page and then answer access_denied.
 */
export function withKnownScopes(path: string, scopes: readonly string[]): Middleware {
  return async (ctx, next) => {
    const { scope = '' } = ctx.query;
    // A repeated parameter is oidc-provider's to refuse (RFC 6749 §3.1).
    if (ctx.path === path && typeof scope === 'string') {
      const known = scope.split(' ').filter((name) => scopes.includes(name));
      ctx.query = { ...ctx.query, scope: known.join(' ') || DEFAULT_SCOPE };
    }
    return next();
  };
}
