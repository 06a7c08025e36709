import { isLoopbackHost } from '@mcp-whoami/environment';
import type { Provider } from 'oidc-provider';

export type Middleware = Parameters<Provider['use']>[0];

/** Refuses a page of another name that was rebound to the loopback address: its requests carry its own Host. */
export const requireLoopbackHost: Middleware = async (ctx, next) => {
  const { host = '' } = ctx.req.headers;
  const name = /^[\w.:[\]-]+$/.test(host) ? URL.parse(`http://${host}`)?.hostname : undefined;
  if (name !== undefined && isLoopbackHost(name)) return next();
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
