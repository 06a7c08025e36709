/** A user of the stand-in: the standard claims of OpenID Connect Core 1.0 §5.1. */
export type Account = {
  /** Also the name to sign in with. */
  sub: string;
  name: string;
  preferred_username: string;
  picture: string;
  email: string;
  email_verified: boolean;
};

// preferred_username differs from sub on purpose: a test that takes one for the other fails.
export const ada: Account = {
  sub: 'ada',
  name: 'Ada Lovelace',
  preferred_username: 'ada.lovelace',
  picture: 'https://example.com/ada.png',
  email: 'ada@example.com',
  email_verified: true,
};

export const grace: Account = {
  sub: 'grace',
  name: 'Grace Hopper',
  preferred_username: 'grace.hopper',
  picture: 'https://example.com/grace.png',
  email: 'grace@example.com',
  email_verified: true,
};

export const accounts: readonly Account[] = [ada, grace];
