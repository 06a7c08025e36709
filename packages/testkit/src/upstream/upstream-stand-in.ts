import { createRedirects, type Redirects, type UpstreamClient } from './client.ts';
import { type Clock, createClock } from './clock.ts';
import { createPeople, type People, type UpstreamAccount } from './people.ts';
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
  /**
   * Who signs in without a page; undefined: the page asks. Its buttons are a POST to the authorization URL, of
   * `account=<key>` or `cancel=yes`.
   */
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

/** What the endpoints of every upstream stand-in share. */
export type Upstream<Account extends UpstreamAccount> = {
  client: UpstreamClient;
  redirects: Redirects;
  people: People<Account>;
  clock: Clock;
};

export const createUpstream = <Account extends UpstreamAccount>(
  options: UpstreamOptions<Account>,
  defaults: { client: UpstreamClient; accounts: readonly Account[]; keyOf: (account: Account) => string },
): Upstream<Account> => ({
  client: options.client ?? defaults.client,
  redirects: createRedirects(options.redirectUri),
  people: createPeople(options.accounts ?? defaults.accounts, defaults.keyOf, options.signInAs),
  clock: createClock(),
});

/** What a test does with it, in terms of what the endpoints share. */
export const controlsOf = <Account extends UpstreamAccount>(
  { client, redirects, people, clock }: Upstream<Account>,
  endAllOf: (key: string) => void,
) => ({
  client,
  registerRedirect: redirects.register,
  accounts: people.accounts,
  change: people.change,
  signInAs: people.signInAs,
  revoke: (account: Account) => endAllOf(people.keyOf(account)),
  advance: clock.advance,
});
