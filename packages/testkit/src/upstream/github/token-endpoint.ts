import { provesChallenge } from '../client.ts';
import type { Answer, Question } from '../serve.ts';
import type { Github, GithubToken } from './github.ts';

const accessTokenLifetime = 8 * 3600; // s
const refreshTokenLifetime = 15_897_600; // s, six months

/** Tokens of one account, app and set of scopes that are good at a time. */
const tokenLimit = 10;

type Parameters = Record<string, string | number>;

/** `POST /login/oauth/access_token`: a 200 whatever comes of it, form-encoded unless JSON is asked for. */
export const answerTokenRequest = (github: Github, question: Question): Answer => {
  const { method, headers, form } = question;
  if (method !== 'POST' || form.get('client_id') !== github.client.id) {
    return { status: 404, body: { error: 'Not Found' } };
  }
  const parameters = tokensFor(github, form);
  if (headers.accept?.includes('application/json')) return { status: 200, body: parameters };
  const entries = Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]);
  return {
    status: 200,
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: new URLSearchParams(entries).toString(),
  };
};

const tokensFor = (github: Github, form: URLSearchParams): Parameters => {
  if (form.get('client_secret') !== github.client.secret) {
    return refusal(
      'incorrect_client_credentials',
      'The client_id and/or client_secret passed are incorrect.',
    );
  }
  const grantType = form.get('grant_type') ?? 'authorization_code';
  if (grantType === 'refresh_token' && github.app === 'github-app') return refresh(github, form);
  if (grantType !== 'authorization_code') {
    return refusal('unsupported_grant_type', 'The grant type provided is not supported.');
  }
  const value = form.get('code') ?? '';
  const code = github.codes.find(value);
  if (!code || !provesChallenge(code.challenge, form.get('code_verifier'))) {
    return refusal('bad_verification_code', 'The code passed is incorrect or expired.');
  }
  if ((form.get('redirect_uri') ?? code.redirectUri) !== code.redirectUri) {
    return refusal('redirect_uri_mismatch', 'The redirect_uri MUST match the registered callback URL.');
  }
  github.codes.end(value);
  return issueTokens(github, { key: code.key, scopes: code.scopes });
};

/** Ends the old refresh token and the old access token with it. */
const refresh = (github: Github, form: URLSearchParams): Parameters => {
  const value = form.get('refresh_token') ?? '';
  const found = github.refreshTokens.find(value);
  const account = found && github.people.find(found.key);
  if (!account || account.disabled) {
    return refusal('bad_refresh_token', 'The refresh token passed is incorrect or expired.');
  }
  github.refreshTokens.end(value);
  github.accessTokens.end(found.accessToken);
  return issueTokens(github, { key: found.key, scopes: [] });
};

const issueTokens = (github: Github, token: GithubToken): Parameters => {
  const scope = token.scopes.join(',');
  if (github.app === 'oauth-app') {
    const accessToken = github.accessTokens.issue('gho_', token);
    const isSame = ({ key, scopes }: GithubToken) => key === token.key && scopes.join(',') === scope;
    github.accessTokens.endWhere(isSame, tokenLimit);
    return { access_token: accessToken, scope, token_type: 'bearer' };
  }
  const accessToken = github.accessTokens.issue('ghu_', token, accessTokenLifetime * 1000);
  const refreshToken = github.refreshTokens.issue(
    'ghr_',
    { key: token.key, accessToken },
    refreshTokenLifetime * 1000,
  );
  return {
    access_token: accessToken,
    expires_in: accessTokenLifetime,
    refresh_token: refreshToken,
    refresh_token_expires_in: refreshTokenLifetime,
    scope,
    token_type: 'bearer',
  };
};

const refusal = (error: string, description: string): Parameters => ({
  error,
  error_description: description,
  error_uri: `https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/#${error.replaceAll('_', '-')}`,
});
