import { type AccessTokenInfo, isAccessTokenInfo } from '@mcp-whoami/provider';

/**
 * The access token with which `requireBearer` let a request through: `request.auth`, which the MCP SDKs' transports
 * hand on to tools as `authInfo`, with its whole type. Nothing on a route without `requireBearer`.
 *
 * @example
 * app.get('/me', guard.requireBearer(resource), (request, response) => {
 *   response.json(accessTokenOf(request)?.claims);
 * });
 */
export function accessTokenOf(request: object): AccessTokenInfo | undefined {
  return 'auth' in request && isAccessTokenInfo(request.auth) ? request.auth : undefined;
}
