import type { IncomingMessage } from 'node:http';

/** Why a request carries no usable token. */
export interface UnusableCredentials {
  reason: 'credentials_missing' | 'credentials_malformed' | 'credentials_repeated' | 'credentials_in_query';
  /** For the client, safe inside a quoted header value. */
  text: string;
}

/** `b64token` of RFC 6750 §2.1. */
const bearerToken = /^Bearer +([A-Za-z0-9\-._~+/]+=*) *$/i;

/**
 * The access token of a request. Only the Authorization header counts: a token in the URL ends in logs and
 * histories (RFC 6750 §5.3, MCP authorization "Access Token Usage").
 */
export function readBearerToken(request: IncomingMessage): { token: string } | UnusableCredentials {
  const [, query = ''] = request.url?.split(/\?(.*)/s) ?? [];
  if (new URLSearchParams(query).has('access_token')) {
    return {
      reason: 'credentials_in_query',
      text: 'The access token belongs in the Authorization header, not in the URL',
    };
  }
  // Node keeps the first of several Authorization headers; a proxy may have looked at another one.
  const occurrences = request.rawHeaders.filter(
    (name, index) => index % 2 === 0 && name.toLowerCase() === 'authorization',
  );
  if (occurrences.length > 1) {
    return { reason: 'credentials_repeated', text: 'There is more than one Authorization header' };
  }
  const header = request.headers.authorization ?? '';
  const [scheme = ''] = header.split(' ', 1);
  if (scheme.toLowerCase() !== 'bearer' || header.length === scheme.length) {
    return {
      reason: 'credentials_missing',
      text: 'Sign in: send an access token as a Bearer Authorization header',
    };
  }
  const token = bearerToken.exec(header)?.[1];
  return token === undefined
    ? {
        reason: 'credentials_malformed',
        text: 'The Authorization header is not the word Bearer and one token',
      }
    : { token };
}
