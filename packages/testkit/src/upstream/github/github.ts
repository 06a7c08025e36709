import type { Issued } from '../issued.ts';
import type { Upstream } from '../upstream-stand-in.ts';
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
export type Github = Upstream<GithubAccount> & {
  app: 'oauth-app' | 'github-app';
  permissions: readonly GithubPermission[];
  codes: Issued<GithubCode>;
  accessTokens: Issued<GithubToken>;
  refreshTokens: Issued<{ key: string; accessToken: string }>;
  /** Scopes that an account has given the app so far. */
  granted: Map<string, readonly string[]>;
};
