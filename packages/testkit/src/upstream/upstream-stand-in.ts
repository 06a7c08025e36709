import type { UpstreamClient } from './client.ts';
import type { UpstreamAccount } from './people.ts';
import type { Served } from './serve.ts';

/** What every upstream stand-in is told. */
export type UpstreamOptions<Account extends UpstreamAccount> = {
  /** The client's callback; `registerRedirect` adds one that is known later only. */
  redirectUri?: string | readonly string[];
  client?: UpstreamClient;
  /** Ada and Grace unless told. */
  accounts?: readonly Account[];
  /** Who signs in without a page; the only account unless told. */
  signInAs?: Account;
};

/** An IdP on loopback at which a bridge signs people in, as one confidential client. */
export type UpstreamStandIn<Account extends UpstreamAccount, Where extends string> = Served<Where> & {
  client: UpstreamClient;
  authorizationEndpoint: string;
  tokenEndpoint: string;
  registerRedirect: (uri: string) => void;
  /** As they are now. */
  accounts: readonly Account[];
  /** From now on: what the IdP says of the account, not what was said already. */
  change: (account: Account, changes: Partial<Account>) => void;
  /** Who signs in without a page; undefined: the page asks. */
  signInAs: (account: Account | undefined) => void;
  /** Ends all that the client has of the account, as when its owner takes the app's access away. */
  revoke: (account: Account) => void;
  /** Lets so many ms pass for codes and tokens. ID tokens carry the real time all the same. */
  advance: (ms: number) => void;
};

/** An upstream stand-in that speaks OpenID Connect. */
export type OpenIdUpstreamStandIn<Account extends UpstreamAccount, Where extends string> = UpstreamStandIn<
  Account,
  Where
> & {
  issuer: string;
  discoveryUrl: string;
  jwksUrl: string;
  userinfoUrl: string;
  /** Signs with a new key from now on; the JWKS has only that. */
  rotateKeys: () => Promise<void>;
};
