import { bearerToken } from '../client.ts';
import type { Answer, Question } from '../serve.ts';
import type { GithubAccount } from './account.ts';
import type { Github, GithubToken } from './github.ts';
import { pageOf } from './paging.ts';
import { hasScope } from './scopes.ts';

type Asked = { github: Github; question: Question; token: GithubToken; account: GithubAccount };

/** What every request to the API passes first. */
export const asPerson =
  (github: Github, answer: (asked: Asked) => Answer) =>
  (question: Question): Answer => {
    const { headers, method } = question;
    const refused = withoutUserAgent(question);
    if (refused) return refused;
    if (method !== 'GET') return refusal(404, 'Not Found');
    if (!headers.authorization) return refusal(401, 'Requires authentication');
    const token = github.accessTokens.find(bearerToken(headers));
    const account = token && github.people.find(token.key);
    if (!token || !account) return refusal(401, 'Bad credentials');
    if (account.disabled) return refusal(403, 'Sorry. Your account was suspended.');
    const given = answer({ github, question, token, account });
    const scopes: Record<string, string> =
      github.app === 'oauth-app' ? { 'x-oauth-scopes': token.scopes.join(', ') } : {};
    return { ...given, headers: { ...rateLimitLeft, ...scopes, ...given.headers } };
  };

export const withoutUserAgent = ({ headers }: Question): Answer | undefined =>
  headers['user-agent']
    ? undefined
    : {
        status: 403,
        headers: { 'content-type': 'text/html' },
        body: 'Request forbidden by administrative rules. Please make sure your request has a User-Agent header.',
      };

export const user = ({ account, question }: Asked): Answer => ({
  status: 200,
  body: {
    ...person(question.url, account),
    name: account.name,
    email: account.email ?? null,
    company: null,
    created_at: '2008-01-14T04:33:35Z',
  },
});

export const emails = ({ github, question, token, account }: Asked): Answer => {
  if (github.app === 'oauth-app' && !hasScope(token.scopes, 'user:email')) return refusal(404, 'Not Found');
  if (!isPermitted(github, 'emails')) return notByApp;
  const entries = account.emails ?? [];
  return pageOf(
    question.url,
    entries.map((entry) => ({ ...entry, visibility: entry.primary ? 'private' : null })),
  );
};

export const organizations = ({ github, question, token, account }: Asked): Answer => {
  if (github.app === 'oauth-app' && !hasScope(token.scopes, 'read:org', 'user')) return needsOrgScope;
  if (!isPermitted(github, 'members')) return pageOf(question.url, []);
  return pageOf(question.url, visibleOrgs({ github, token, account }).map(organization));
};

export const teams = ({ github, question, token, account }: Asked): Answer => {
  if (github.app === 'oauth-app' && !hasScope(token.scopes, 'read:org')) return needsOrgScope;
  if (!isPermitted(github, 'members')) return notByApp;
  const orgs = visibleOrgs({ github, token, account });
  const listed = (account.teams ?? [])
    .map((team) => team.split('/'))
    .filter(([org = '']) => orgs.includes(org))
    .map(([org = '', slug = '']) => ({
      id: numberOf(`${org}/${slug}`),
      name: slug,
      slug,
      organization: organization(org),
    }));
  return pageOf(question.url, listed);
};

export const memberships = ({ github, question, token, account }: Asked): Answer => {
  if (github.app === 'oauth-app' && !hasScope(token.scopes, 'read:org')) return needsOrgScope;
  if (!isPermitted(github, 'members')) return notByApp;
  const wanted = question.url.searchParams.get('state');
  const all = [
    ...visibleOrgs({ github, token, account }).map((org) => ({ org, state: 'active' })),
    ...(account.pendingOrgs ?? []).map((org) => ({ org, state: 'pending' })),
  ].filter(({ state }) => wanted === null || state === wanted);
  return pageOf(
    question.url,
    all.map(({ org, state }) => ({
      state,
      role: 'member',
      organization: organization(org),
      user: person(question.url, account),
    })),
  );
};

/** An organization that has not let the app in is left out, and without `read:org` those that are private. */
const visibleOrgs = ({ github, token, account }: Omit<Asked, 'question'>): string[] => {
  const { orgs = [], publicOrgs = [], unapprovedOrgs = [] } = account;
  const seesPrivate = github.app === 'github-app' || hasScope(token.scopes, 'read:org');
  return orgs.filter((org) => !unapprovedOrgs.includes(org) && (seesPrivate || publicOrgs.includes(org)));
};

const isPermitted = ({ app, permissions }: Github, permission: 'emails' | 'members'): boolean =>
  app === 'oauth-app' || permissions.includes(permission);

export const person = ({ origin }: URL, { id, login }: GithubAccount) => ({
  login,
  id,
  node_id: Buffer.from(`04:User${id}`).toString('base64'),
  avatar_url: `${origin}/avatars/u/${id}?v=4`,
  html_url: `${origin}/${login}`,
  type: 'User',
  site_admin: false,
});

const organization = (login: string) => ({ login, id: numberOf(login), description: null });

const numberOf = (name: string): number =>
  [...name].reduce((id, letter) => (id * 31 + letter.charCodeAt(0)) % 1_000_003, 7);

const rateLimitLeft = { 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '4999' };

export const refusal = (status: number, message: string): Answer => ({
  status,
  body: { message, documentation_url: 'https://docs.github.com/rest', status: String(status) },
});

const needsOrgScope = refusal(
  403,
  'You need at least read:org scope or user scope to list your organizations.',
);

const notByApp = refusal(403, 'Resource not accessible by integration');
