import { isPublicHttpsRedirect } from '@mcp-whoami/authorization-server';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';

/**
 * Sends nobody on to a site that they have not agreed to: anybody may register any site here, and a request that is
 * wrong on purpose would make this server's address a link to it (RFC 9700 §4.11.2). Its error is shown instead. What
 * is on the person's own computer gets its errors, and whoever was asked has decided.
 *
 * By events, as oidc-provider has no setting for it: they come before it decides where an error goes.
 */
export function keepFromStrangers(provider: Provider): void {
  const show = (ctx: KoaContextWithOIDC, error: Error) => {
    if (ctx.oidc.route !== 'authorization') return;
    // Where a client has one address alone, it need not be in the request.
    const redirectUri = URL.parse(String(ctx.oidc.params?.redirect_uri ?? ctx.query.redirect_uri));
    if (redirectUri === null || !isPublicHttpsRedirect(redirectUri)) return;
    Object.assign(error, { allow_redirect: false });
    // Of `prompt=none` it would be that of a redirect.
    if (ctx.status < 400) ctx.status = 400;
  };
  provider.on('authorization.error', show);
  provider.on('server_error', show);
}
