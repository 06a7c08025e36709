import { randomUUID } from 'node:crypto';
import { isJsonObject } from '../../json.ts';
import { redirectTo } from '../client.ts';
import type { Answer, Question } from '../serve.ts';
import { errorPage, signInStep } from '../sign-in-page.ts';
import { type Entra, isOfTenant, tenantOf } from './entra.ts';
import { entraError, resourceErrors } from './error.ts';

const codeLifetime = 600_000; // ms

export const authorize = (entra: Entra, question: Question): Answer => {
  const { people, client, redirects } = entra;
  const asked = question.url.searchParams;
  const redirectUri = asked.get('redirect_uri') ?? '';
  if (asked.get('client_id') !== client.id) {
    return errorPage(400, `AADSTS700016: Application '${asked.get('client_id')}' was not found.`);
  }
  if (!redirects.all.includes(redirectUri)) {
    return errorPage(400, `AADSTS50011: The redirect URI '${redirectUri}' does not match.`);
  }
  const state = asked.get('state');
  const refuse = (body: unknown) => {
    const { error, error_description, error_uri } = isJsonObject(body) ? body : {};
    return redirectTo(redirectUri, {
      error: String(error),
      error_description: String(error_description),
      error_uri: String(error_uri),
      state,
    });
  };
  if (asked.has('resource')) return refuse(entraError(resourceErrors[entra.resourceError]).body);
  const scopes = (asked.get('scope') ?? '').split(' ').filter(Boolean);
  if (scopes.length === 0) {
    const text = "The request body must contain the following parameter: 'scope'.";
    return refuse(entraError({ error: 'invalid_request', code: 'AADSTS900144', text }).body);
  }
  const challenge = asked.get('code_challenge');
  if (challenge !== null && asked.get('code_challenge_method') !== 'S256') {
    const text = 'This stand-in knows only S256.';
    return refuse(entraError({ error: 'invalid_request', code: 'AADSTS501481', text }).body);
  }

  const step = signInStep(people, question, {
    title: 'Sign in to Entra-like',
    label: ({ name, preferred_username }) => `${name} ${preferred_username}`,
  });
  if (step.kind === 'page') return step.page;
  if (step.kind === 'cancelled') {
    return redirectTo(redirectUri, {
      error: 'access_denied',
      error_subcode: 'cancel',
      error_description: 'AADSTS65004: User declined to consent to access the app.',
      state,
    });
  }
  if (!isOfTenant(tenantOf(question.url), step.account)) {
    return errorPage(400, 'AADSTS50020: The user account does not exist in the tenant.');
  }
  const key = people.keyOf(step.account);
  const code = entra.codes.issue(
    '1.AX',
    { key, scopes, redirectUri, challenge, nonce: asked.get('nonce') },
    codeLifetime,
  );
  return redirectTo(redirectUri, { code, state, session_state: randomUUID() });
};
