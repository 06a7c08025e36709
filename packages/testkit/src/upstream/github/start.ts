import { createIssued } from '../issued.ts';
import { type Route, serveRoutes } from '../serve.ts';
import {
  controlsOf,
  createUpstream,
  type UpstreamOptions,
  type UpstreamStandIn,
} from '../upstream-stand-in.ts';
import { adaAtGithub, type GithubAccount, graceAtGithub } from './account.ts';
import { asPerson, emails, memberships, organizations, teams, user } from './api.ts';
import { answerApplication, endAllOf } from './applications.ts';
import { authorize } from './authorize.ts';
import type { Github, GithubPermission } from './github.ts';
import { answerTokenRequest } from './token-endpoint.ts';

/** `applications` is where an app asks about a token of its own. */
export type GithubEndpoint =
  | 'authorization'
  | 'token'
  | 'user'
  | 'emails'
  | 'orgs'
  | 'teams'
  | 'memberships'
  | 'applications';

export type GithubLikeOptions = UpstreamOptions<GithubAccount> & {
  /**
   * `oauth-app` unless told: scopes, tokens without an end. A GitHub App has permissions, access tokens of 8 h
   * and refresh tokens that rotate.
   */
  app?: 'oauth-app' | 'github-app';
  /** Of a GitHub App; both unless told. */
  permissions?: readonly GithubPermission[];
};

export type GithubLike = UpstreamStandIn<GithubAccount, GithubEndpoint> & {
  /** As of a GitHub Enterprise Server: `<origin>/api/v3`. */
  apiUrl: string;
};

/**
 * A GitHub on loopback, with the paths of a GitHub Enterprise Server: answers of the token endpoint are a 200
 * and form-encoded, scopes come back with commas, lists in pages, the API wants a User-Agent.
 *
 * @example
 * await using github = await startGithubLike({ redirectUri: 'http://localhost:3001/callback' });
 * github.change(adaAtGithub, { orgs: [] });
 */
export const startGithubLike = async (options: GithubLikeOptions = {}): Promise<GithubLike> => {
  const { app = 'oauth-app', permissions = ['emails', 'members'] } = options;
  const upstream = createUpstream(options, {
    client: { id: 'Iv1.8a61f9b3a7aba766', secret: 'github-client-secret' },
    accounts: [adaAtGithub, graceAtGithub],
    keyOf: ({ id }) => String(id),
  });
  const github: Github = {
    ...upstream,
    app,
    permissions,
    codes: createIssued(upstream.clock),
    accessTokens: createIssued(upstream.clock),
    refreshTokens: createIssued(upstream.clock),
    granted: new Map(),
  };
  const served = await serveRoutes<GithubEndpoint>(routesOf(github));
  return {
    ...served,
    ...controlsOf(upstream, (key) => endAllOf(github, key)),
    apiUrl: served.origin + apiPath,
    authorizationEndpoint: served.origin + authorizationPath,
    tokenEndpoint: served.origin + tokenPath,
  };
};

const authorizationPath = '/login/oauth/authorize';
const tokenPath = '/login/oauth/access_token';
const apiPath = '/api/v3';

const routesOf = (github: Github): readonly Route<GithubEndpoint>[] => [
  { name: 'authorization', path: authorizationPath, answer: (question) => authorize(github, question) },
  { name: 'token', path: tokenPath, answer: (question) => answerTokenRequest(github, question) },
  { name: 'user', path: `${apiPath}/user`, answer: asPerson(github, user) },
  { name: 'emails', path: `${apiPath}/user/emails`, answer: asPerson(github, emails) },
  { name: 'orgs', path: `${apiPath}/user/orgs`, answer: asPerson(github, organizations) },
  { name: 'teams', path: `${apiPath}/user/teams`, answer: asPerson(github, teams) },
  { name: 'memberships', path: `${apiPath}/user/memberships/orgs`, answer: asPerson(github, memberships) },
  {
    name: 'applications',
    path: /^\/api\/v3\/applications\/[^/]+\/(token|grant)$/,
    answer: (question) => answerApplication(github, question),
  },
];
