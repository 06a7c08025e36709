import type { Provider } from 'oidc-provider';

export type Middleware = Parameters<Provider['use']>[0];

/** A `Host`, or the host of an origin. */
export const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/** Refuses a page of another name that was rebound to the loopback address: its requests carry its own Host. */
export const requireLoopbackHost: Middleware = async (ctx, next) => {
  if (LOOPBACK_HOST.test(ctx.req.headers.host ?? '')) return next();
  ctx.status = 403;
  ctx.body = 'Host is not a loopback name\n';
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
