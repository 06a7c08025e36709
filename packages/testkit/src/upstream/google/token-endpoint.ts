import type { JsonObject } from '../../json.ts';
import { credentialsOf, provesChallenge } from '../client.ts';
import type { Answer, Question } from '../serve.ts';
import { claimsOf } from './claims.ts';
import type { Google, GoogleToken } from './google.ts';

export const accessTokenLifetime = 3599; // s

/** Refresh tokens of one account and client that are good at a time; the oldest dies without a word. */
const refreshTokenLimit = 100;

export const answerTokenRequest = (google: Google, question: Question): Answer => {
  const { id, secret } = credentialsOf(question);
  if (id !== google.client.id) return refusal(401, 'invalid_client', 'The OAuth client was not found.');
  if (secret !== google.client.secret) return refusal(401, 'invalid_client', 'Unauthorized');
  const { form, url } = question;
  const grantType = form.get('grant_type');
  if (grantType === 'authorization_code') return redeem(google, form, url.origin);
  if (grantType === 'refresh_token') return refresh(google, form, url.origin);
  return refusal(400, 'unsupported_grant_type', `Invalid grant_type: ${grantType ?? ''}`);
};

const redeem = (google: Google, form: URLSearchParams, issuer: string): Answer => {
  const value = form.get('code') ?? '';
  const code = google.codes.find(value);
  if (!code) return refusal(400, 'invalid_grant', 'Bad Request');
  if (form.get('redirect_uri') !== code.redirectUri)
    return refusal(400, 'redirect_uri_mismatch', 'Bad Request');
  if (!provesChallenge(code.challenge, form.get('code_verifier'))) {
    const word = form.has('code_verifier') ? 'Invalid' : 'Missing';
    return refusal(400, 'invalid_grant', `${word} code verifier.`);
  }
  google.codes.end(value);
  const { key, scopes, nonce, isOffline } = code;
  return issueTokens(google, { key, scopes }, { issuer, nonce, hasIdToken: true, isOffline });
};

/** Comes without a new refresh token: the old one stays. */
const refresh = (google: Google, form: URLSearchParams, issuer: string): Answer => {
  const token = google.refreshTokens.find(form.get('refresh_token'));
  if (!token) return refusal(400, 'invalid_grant', 'Token has been expired or revoked.');
  const hasIdToken = google.idTokenAtRefresh;
  return issueTokens(google, token, { issuer, nonce: null, hasIdToken, isOffline: false });
};

const issueTokens = (
  google: Google,
  token: GoogleToken,
  given: { issuer: string; nonce: string | null; hasIdToken: boolean; isOffline: boolean },
): Answer => {
  const account = google.people.find(token.key);
  if (!account || account.disabled) return refusal(400, 'invalid_grant', 'Account has been deleted');
  const accessToken = google.accessTokens.issue('ya29.', token, accessTokenLifetime * 1000);
  const body: JsonObject = {
    access_token: accessToken,
    expires_in: accessTokenLifetime,
    scope: token.scopes.join(' '),
    token_type: 'Bearer',
  };
  if (given.isOffline) {
    const lifetime = google.refreshTokenLifetime;
    body.refresh_token = google.refreshTokens.issue('1//0', token, lifetime && lifetime * 1000);
    if (lifetime !== undefined) body.refresh_token_expires_in = lifetime - 1;
    google.refreshTokens.endWhere(({ key }) => key === token.key, refreshTokenLimit);
  }
  if (given.hasIdToken && token.scopes.includes('openid')) {
    const { id } = google.client;
    const claims = { iss: given.issuer, azp: id, aud: id, ...claimsOf(account, token.scopes) };
    const withNonce = given.nonce === null ? claims : { ...claims, nonce: given.nonce };
    body.id_token = google.idTokens.sign(withNonce, accessToken);
  }
  return { status: 200, body };
};

const refusal = (status: number, error: string, description: string): Answer => ({
  status,
  body: { error, error_description: description },
});
