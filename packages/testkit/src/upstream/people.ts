/** What the accounts of every upstream stand-in have. */
export type UpstreamAccount = {
  /** Nobody signs in with it any more, and its tokens are refused. */
  disabled?: boolean;
};

/** The accounts of a stand-in, and who sits in front of its sign-in page. */
export type People<Account extends UpstreamAccount> = {
  accounts: readonly Account[];
  find: (key: string) => Account | undefined;
  keyOf: (account: Account) => string;
  change: (account: Account, changes: Partial<Account>) => void;
  signInAs: (account: Account | undefined) => void;
  /** Who is signed in without being asked: the one that was told, or the only one there is. */
  signedIn: () => Account | undefined;
};

export const createPeople = <Account extends UpstreamAccount>(
  given: readonly Account[],
  keyOf: (account: Account) => string,
  signInAs: Account | undefined,
): People<Account> => {
  const accounts = [...given];
  const find = (key: string) => accounts.find((account) => keyOf(account) === key);
  let chosen = signInAs && keyOf(signInAs);
  return {
    accounts,
    find,
    keyOf,
    change: (account, changes) => {
      const index = accounts.findIndex((candidate) => keyOf(candidate) === keyOf(account));
      const current = accounts[index];
      if (!current) throw new Error(`The stand-in has no account ${keyOf(account)}.`);
      accounts[index] = { ...current, ...changes };
    },
    signInAs: (account) => {
      chosen = account && keyOf(account);
    },
    signedIn: () => (chosen === undefined ? (accounts.length === 1 ? accounts[0] : undefined) : find(chosen)),
  };
};
