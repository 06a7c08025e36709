import type { Redirects, UpstreamClient } from '../client.ts';
import type { Issued } from '../issued.ts';
import type { People } from '../people.ts';
import type { GithubAccount } from './account.ts';

/** What a GitHub App may read of a person; an OAuth App has scopes instead. */
export type GithubPermission = 'emails' | 'members';

export type GithubCode = {
  key: string;
  scopes: readonly string[];
  redirectUri: string;
  challenge: string | null;
};

export type GithubToken = { key: string; scopes: readonly string[] };

/** What the endpoints of one GitHub-like stand-in share. */
export type Github = {
  app: 'oauth-app' | 'github-app';
  permissions: readonly GithubPermission[];
  client: UpstreamClient;
  redirects: Redirects;
  people: People<GithubAccount>;
  codes: Issued<GithubCode>;
  accessTokens: Issued<GithubToken>;
  refreshTokens: Issued<{ key: string; accessToken: string }>;
  /** Scopes that an account has given the app so far. */
  granted: Map<string, readonly string[]>;
};
