import { redirectTo } from '../client.ts';
import type { Answer, Question } from '../serve.ts';
import { errorPage, signInStep } from '../sign-in-page.ts';
import type { Github } from './github.ts';
import { grantScopes } from './scopes.ts';

const codeLifetime = 600_000; // ms

/** `GET /login/oauth/authorize`, and the answer of its page. */
export const authorize = (github: Github, question: Question): Answer => {
  const asked = question.url.searchParams;
  const [registered] = github.redirects.all;
  if (asked.get('client_id') !== github.client.id || registered === undefined) {
    return errorPage(404, 'Not Found');
  }
  const state = asked.get('state');
  const redirectUri = asked.get('redirect_uri') ?? registered;
  if (!github.redirects.all.some((uri) => isAllowed(github, uri, redirectUri))) {
    // GitHub sends the browser to the registered callback with this, not to the one it was asked for.
    return redirectTo(registered, {
      error: 'redirect_uri_mismatch',
      error_description: 'The redirect_uri MUST match the registered callback URL for this application.',
      state,
    });
  }
  const challenge = asked.get('code_challenge');
  if (challenge !== null && asked.get('code_challenge_method') !== 'S256') {
    return redirectTo(redirectUri, {
      error: 'invalid_request',
      error_description: 'The code_challenge_method must be S256.',
      state,
    });
  }
  const step = signInStep(github.people, question, {
    title: 'Sign in to GitHub-like',
    label: ({ login, name }) => `${login} (${name})`,
  });
  if (step.kind === 'page') return step.page;
  if (step.kind === 'cancelled') {
    return redirectTo(redirectUri, {
      error: 'access_denied',
      error_description: 'The user has denied your application access.',
      state,
    });
  }
  const key = github.people.keyOf(step.account);
  const scopes = grantScopes(github, key, asked.get('scope'));
  const code = github.codes.issue('', { key, scopes, redirectUri, challenge }, codeLifetime);
  return redirectTo(redirectUri, { code, state });
};

/** An OAuth App's callback may also be a path below the registered one; a GitHub App's is one of a list. */
const isAllowed = ({ app }: Github, registered: string, asked: string): boolean => {
  if (registered === asked) return true;
  if (app === 'github-app' || !URL.canParse(asked)) return false;
  const [of, at] = [new URL(registered), new URL(asked)];
  return of.origin === at.origin && at.pathname.startsWith(of.pathname.replace(/\/?$/, '/'));
};
