import { redirectTo } from '../client.ts';
import type { Answer, Question } from '../serve.ts';
import { errorPage, signInStep } from '../sign-in-page.ts';
import { readScopes } from './claims.ts';
import type { Google } from './google.ts';

const codeLifetime = 600_000; // ms

/** Most errors are a page of Google's own: the browser never comes back. What it does not know it ignores. */
export const authorize = (google: Google, question: Question): Answer => {
  const { people, client, redirects } = google;
  const asked = question.url.searchParams;
  const redirectUri = asked.get('redirect_uri') ?? '';
  if (asked.get('client_id') !== client.id) {
    return errorPage(401, 'Error 401: invalid_client. The OAuth client was not found.');
  }
  if (!redirects.all.includes(redirectUri)) {
    return errorPage(400, 'Error 400: redirect_uri_mismatch');
  }
  const { scopes, invalid } = readScopes(asked.get('scope'));
  if (invalid.length > 0) {
    return errorPage(
      400,
      `Error 400: invalid_scope. Some requested scopes were invalid. {invalid=[${invalid.join(', ')}]}`,
    );
  }
  if (scopes.length === 0) {
    return errorPage(400, 'Error 400: invalid_request. Missing required parameter: scope');
  }
  if (asked.get('response_type') !== 'code') {
    return errorPage(400, 'Error 400: unsupported_response_type');
  }
  const challenge = asked.get('code_challenge');
  if (challenge !== null && asked.get('code_challenge_method') !== 'S256') {
    return errorPage(400, 'Error 400: invalid_request. This stand-in knows only S256.');
  }
  const state = asked.get('state');
  const iss = google.issuerInResponse === 'absent' ? undefined : question.url.origin;
  const step = signInStep(people, question, {
    title: 'Sign in with Google-like',
    label: ({ name, email }) => `${name} ${email}`,
  });
  if (step.kind === 'page') return step.page;
  if (step.kind === 'cancelled') return redirectTo(redirectUri, { error: 'access_denied', state, iss });

  const key = people.keyOf(step.account);
  const prompts = (asked.get('prompt') ?? '').split(' ');
  const isOffline =
    asked.get('access_type') === 'offline' && (prompts.includes('consent') || !google.offline.has(key));
  if (isOffline) google.offline.add(key);
  const nonce = asked.get('nonce');
  const code = google.codes.issue(
    '4/0A',
    { key, scopes, redirectUri, challenge, nonce, isOffline },
    codeLifetime,
  );
  return redirectTo(redirectUri, {
    state,
    iss,
    code,
    scope: scopes.join(' '),
    authuser: '0',
    hd: step.account.hd,
    prompt: isOffline ? 'consent' : 'none',
  });
};
