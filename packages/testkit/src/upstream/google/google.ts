import type { IdTokens } from '../id-tokens.ts';
import type { Issued } from '../issued.ts';
import type { Upstream } from '../upstream-stand-in.ts';
import type { GoogleAccount } from './account.ts';

export type GoogleToken = { key: string; scopes: readonly string[] };

export type GoogleCode = GoogleToken & {
  redirectUri: string;
  challenge: string | null;
  nonce: string | null;
  /** Whether a refresh token comes with it. */
  isOffline: boolean;
};

/** What the endpoints of one Google-like stand-in share. */
export type Google = Upstream<GoogleAccount> & {
  issuerInResponse: 'declared' | 'undeclared' | 'absent';
  idTokenAtRefresh: boolean;
  /** s */
  refreshTokenLifetime: number | undefined;
  codes: Issued<GoogleCode>;
  accessTokens: Issued<GoogleToken>;
  refreshTokens: Issued<GoogleToken>;
  /** Accounts that have had a refresh token already. */
  offline: Set<string>;
  idTokens: IdTokens;
};

/** Takes the client's access to an account away. */
export const endAllOf = (google: Google, owner: string): void => {
  const isOwners = ({ key }: GoogleToken) => key === owner;
  google.codes.endWhere(isOwners);
  google.accessTokens.endWhere(isOwners);
  google.refreshTokens.endWhere(isOwners);
  google.offline.delete(owner);
};
