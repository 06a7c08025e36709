import { type AccessTokenInfo, isAccessTokenInfo } from '@mcp-whoami/provider';

/**
 * The access token with which `requireBearer` let a request through, with its whole type: `request.auth`, which the
 * MCP SDKs' transports hand on to tools as `authInfo`. Nothing on a route without `requireBearer`.
 *
 * @param source a request, or what a tool is called with.
 * @example
 * app.get('/me', guard.requireBearer(resource), (request, response) => {
 *   response.json(accessTokenOf(request)?.claims);
 * });
 * @example
 * server.registerTool('whoami', {}, (extra) => ({
 *   content: [{ type: 'text', text: JSON.stringify(accessTokenOf(extra)?.claims) }],
 * }));
 */
export function accessTokenOf(source: object): AccessTokenInfo | undefined {
  const auth = 'auth' in source ? source.auth : 'authInfo' in source ? source.authInfo : undefined;
  return isAccessTokenInfo(auth) ? auth : undefined;
}
