import type { Provider } from 'oidc-provider';

/** A Koa middleware, as `provider.use` takes it. */
export type Middleware = Parameters<Provider['use']>[0];

/**
 * Takes from an authorization request the scopes that don't exist here, and gives it the default when none is left:
 * "The authorization server MAY fully or partially ignore the scope requested by the client" (RFC 6749 §3.3).
 * oidc-provider would show the sign-in page and then answer access_denied.
 *
 * @param path the path of the authorization endpoint, `provider.pathFor('authorization')`
 * @param scopes those that exist
 * @param defaultScope what a request that names no known scope is asking for (§3.3: "a pre-defined default value");
 *   separated by spaces
 *
 * @example
 * provider.use(withKnownScopes(provider.pathFor('authorization'), ['openid', 'offline_access'], 'openid'));
 */
export function withKnownScopes(
  path: string,
  scopes: readonly string[],
  defaultScope = 'openid profile email',
): Middleware {
  return async (ctx, next) => {
    const { scope = '' } = ctx.query;
    // A repeated parameter is oidc-provider's to refuse (RFC 6749 §3.1).
    if (ctx.path === path && typeof scope === 'string') {
      const known = scope.split(' ').filter((name) => scopes.includes(name));
      ctx.query = { ...ctx.query, scope: known.join(' ') || defaultScope };
    }
    return next();
  };
}
