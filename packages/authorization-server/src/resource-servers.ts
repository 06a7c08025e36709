import { errors, type ResourceServer } from 'oidc-provider';

/**
 * Finds the protected resource that a `resource` parameter means (RFC 8707 §2). Scheme and host compare without
 * case (RFC 3986 §6.2.2.1); the audience of the token is the resource as configured, byte for byte.
 *
 * @returns what oidc-provider needs to issue an at+jwt (RFC 9068) for it
 * @throws InvalidTarget for any other resource
 */
export function findResourceServer(
  resources: readonly string[],
  scopes: readonly string[],
  indicator: string,
): ResourceServer {
  const wanted = URL.parse(indicator)?.href;
  const audience = resources.find((resource) => URL.parse(resource)?.href === wanted);
  if (wanted === undefined || audience === undefined) {
    throw new errors.InvalidTarget(`resource must be one of ${resources.join(' ')}`);
  }
  return { audience, scope: scopes.join(' '), accessTokenFormat: 'jwt' };
}
