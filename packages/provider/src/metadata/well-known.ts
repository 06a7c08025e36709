/** Where the document of an issuer stands: the forms that MCP clients try, and one more. */
export function wellKnownUrls(issuer: string) {
  const { origin, pathname } = new URL(issuer);
  // A terminating slash is removed first: RFC 8414 §3.1, OpenID Connect Discovery §4.1.
  const path = pathname.replace(/\/$/, '');
  return {
    oidc: `${origin}${path}/.well-known/openid-configuration`,
    oidcInserted: `${origin}/.well-known/openid-configuration${path}`,
    oauth: `${origin}/.well-known/oauth-authorization-server${path}`,
    // Not in RFC 8414, and MCP clients do not look there, but several IdPs serve only this form.
    oauthAppended: `${origin}${path}/.well-known/oauth-authorization-server`,
  };
}
