import { headerValues, type RequestHead } from './header-lines.ts';

/** Why a request carries no usable token. */
export interface UnusableCredentials {
  reason: 'credentials_missing' | 'credentials_malformed' | 'credentials_repeated' | 'credentials_in_query';
  /** For the client, safe inside a quoted header value. */
  text: string;
}

/**
 * RFC 6750 §2.1 has fewer characters (`b64token`), but an IdP's tokens may have all that are visible (RFC 6749
 * Appendix A.12). Quote and comma stay out: they make a list or a parameter of it.
 */
const bearerToken = /^Bearer +([\x21\x23-\x2b\x2d-\x7e]+) *$/i;

/**
 * The access token of a request. Only the Authorization header counts: a token in the URL ends in logs and
 * histories (RFC 6750 §5.3, MCP authorization "Access Token Usage").
 */
export function readBearerToken(request: RequestHead): { token: string } | UnusableCredentials {
  if (hasTokenInQuery(request.url ?? '')) {
    return {
      reason: 'credentials_in_query',
      text: 'The access token belongs in the Authorization header, not in the URL',
    };
  }
  const [header = '', ...others] = headerValues(request, 'authorization');
  // Most servers keep one of several; a proxy may have looked at another one.
  if (others.length > 0) {
    return { reason: 'credentials_repeated', text: 'There is more than one Authorization header' };
  }
  const token = bearerToken.exec(header)?.[1];
  if (token !== undefined) return { token };
  if (/^Bearer /i.test(header)) {
    return {
      reason: 'credentials_malformed',
      text: 'The Authorization header is not the word Bearer and one token',
    };
  }
  return {
    reason: 'credentials_missing',
    text: 'Sign in: send an access token as a Bearer Authorization header',
  };
}

function hasTokenInQuery(url: string): boolean {
  const query = url.indexOf('?');
  return query !== -1 && new URLSearchParams(url.slice(query + 1)).has('access_token');
}
