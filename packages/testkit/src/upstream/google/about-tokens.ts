import { bearerToken } from '../client.ts';
import type { Answer, Question } from '../serve.ts';
import { claimsOf } from './claims.ts';
import { endAllOf, type Google } from './google.ts';
import { accessTokenLifetime } from './token-endpoint.ts';

export const userinfo = (google: Google, { headers }: Question): Answer => {
  const token = google.accessTokens.find(bearerToken(headers));
  const account = token && google.people.find(token.key);
  if (!token || !account || account.disabled) {
    return {
      status: 401,
      headers: { 'www-authenticate': 'Bearer realm="https://accounts.google.com/", error="invalid_token"' },
      body: { error: 'invalid_request', error_description: 'Invalid Credentials' },
    };
  }
  return { status: 200, body: claimsOf(account, token.scopes) };
};

/** For whom an access token was issued: all its values are text. */
export const tokeninfo = (google: Google, { url, form }: Question): Answer => {
  const token = google.accessTokens.find(url.searchParams.get('access_token') ?? form.get('access_token'));
  const account = token && google.people.find(token.key);
  if (!token || !account) {
    return { status: 400, body: { error: 'invalid_token', error_description: 'Invalid Value' } };
  }
  const { email, email_verified } = claimsOf(account, token.scopes);
  return {
    status: 200,
    body: {
      azp: google.client.id,
      aud: google.client.id,
      sub: account.sub,
      scope: token.scopes.join(' '),
      exp: String(Math.floor(Date.now() / 1000) + accessTokenLifetime),
      expires_in: String(accessTokenLifetime),
      ...(email === undefined ? {} : { email, email_verified: String(email_verified) }),
    },
  };
};

/** RFC 7009, without the client's credentials: with either token the whole grant ends. */
export const revoke = (google: Google, { url, form }: Question): Answer => {
  const value = form.get('token') ?? url.searchParams.get('token');
  const token = google.refreshTokens.find(value) ?? google.accessTokens.find(value);
  if (!token) {
    return { status: 400, body: { error: 'invalid_token', error_description: 'Token expired or revoked' } };
  }
  endAllOf(google, token.key);
  return { status: 200, body: {} };
};
