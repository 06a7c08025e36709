import type { JsonObject } from '../../json.ts';
import { credentialsOf, provesChallenge } from '../client.ts';
import type { Answer, Question } from '../serve.ts';
import { claimsOf } from './claims.ts';
import { type Entra, type EntraToken, isOfTenant, tenantOf } from './entra.ts';
import { entraError, resourceErrors } from './error.ts';

const accessTokenLifetime = 4199; // s; Entra's own is 60 to 90 minutes, by chance
const refreshTokenLifetime = 90 * 86_400_000; // ms

export const answerTokenRequest = (entra: Entra, question: Question): Answer => {
  const { form, url } = question;
  const { id, secret } = credentialsOf(question);
  if (id !== entra.client.id) {
    const text = `Application with identifier '${id}' was not found in the directory.`;
    return entraError({ error: 'unauthorized_client', code: 'AADSTS700016', text });
  }
  if (secret !== entra.client.secret) {
    const text = 'Invalid client secret provided.';
    return entraError({ error: 'invalid_client', code: 'AADSTS7000215', text, status: 401 });
  }
  if (form.has('resource')) return entraError(resourceErrors[entra.resourceError]);
  const grantType = form.get('grant_type');
  if (grantType === 'authorization_code') return redeem(entra, form, url);
  if (grantType === 'refresh_token') return refresh(entra, form, url);
  const text = "The app requested an unsupported grant type ''.";
  return entraError({ error: 'unsupported_grant_type', code: 'AADSTS70003', text });
};

const redeem = (entra: Entra, form: URLSearchParams, url: URL): Answer => {
  const value = form.get('code') ?? '';
  const code = entra.codes.find(value);
  if (!code) return refuseGrant('AADSTS70008', 'The provided authorization code has expired.');
  if (form.get('redirect_uri') !== code.redirectUri) {
    return refuseGrant('AADSTS50011', 'The redirect URI does not match.');
  }
  if (!provesChallenge(code.challenge, form.get('code_verifier'))) {
    return refuseGrant('AADSTS501481', 'The Code_Verifier does not match the code_challenge.');
  }
  entra.codes.end(value);
  const { key, scopes, nonce } = code;
  return issueTokens(entra, { key, scopes }, { url, nonce });
};

/** Comes with a new refresh token; Entra leaves the old one good. */
const refresh = (entra: Entra, form: URLSearchParams, url: URL): Answer => {
  const token = entra.refreshTokens.find(form.get('refresh_token'));
  if (!token) return refuseGrant('AADSTS700082', 'The refresh token has expired or was revoked.');
  return issueTokens(entra, token, { url, nonce: null });
};

const issueTokens = (
  entra: Entra,
  token: EntraToken,
  { url, nonce }: { url: URL; nonce: string | null },
): Answer => {
  const account = entra.people.find(token.key);
  if (!account || account.disabled) return refuseGrant('AADSTS50057', 'The user account is disabled.');
  if (!isOfTenant(tenantOf(url), account)) {
    return refuseGrant('AADSTS50020', 'The user account does not exist in the tenant.');
  }
  const { scopes } = token;
  const accessToken = entra.accessTokens.issue('EwB4A8l6BAAU', token, accessTokenLifetime * 1000);
  const body: JsonObject = {
    token_type: 'Bearer',
    scope: scopes.filter((scope) => scope !== 'offline_access').join(' '),
    expires_in: accessTokenLifetime,
    ext_expires_in: accessTokenLifetime,
    access_token: accessToken,
  };
  if (scopes.includes('offline_access')) {
    body.refresh_token = entra.refreshTokens.issue('1.AX', token, refreshTokenLifetime);
  }
  if (scopes.includes('openid')) {
    const claims = claimsOf(account, { clientId: entra.client.id, origin: url.origin, scopes });
    body.id_token = entra.idTokens.sign(nonce === null ? claims : { ...claims, nonce }, accessToken);
  }
  return { status: 200, body };
};

const refuseGrant = (code: `AADSTS${number}`, text: string): Answer =>
  entraError({ error: 'invalid_grant', code, text });
