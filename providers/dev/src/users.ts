/** A user of the development authorization server; the members are claims of OpenID Connect Core §5.1. */
export type DevelopmentUser = {
  readonly sub: string;
  readonly name: string;
  readonly preferred_username: string;
  readonly email: string;
  readonly email_verified: boolean;
  /** A `data:` URI, so that showing it asks no other host. */
  readonly picture: string;
};

function initials(text: string, color: string): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" fill="${color}"/><text x="4" y="5.4" font-size="4" text-anchor="middle" fill="#fff">${text}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** The two users the sign-in page offers. Their addresses are under a name reserved for examples (RFC 2606 §3). */
export const developmentUsers: readonly DevelopmentUser[] = [
  {
    sub: 'dev-ada',
    name: 'Ada Lovelace',
    preferred_username: 'ada',
    email: 'ada@example.com',
    email_verified: true,
    picture: initials('AL', '#205493'),
  },
  {
    sub: 'dev-grace',
    name: 'Grace Hopper',
    preferred_username: 'grace',
    email: 'grace@example.com',
    email_verified: true,
    picture: initials('GH', '#5b2c6f'),
  },
];

/** Which claims a scope gives access to (OpenID Connect Core §5.4), in the form oidc-provider configures them. */
export const claimsByScope = {
  openid: ['sub'],
  profile: ['name', 'preferred_username', 'picture'],
  email: ['email', 'email_verified'],
};

/** The profile of a user as far as the granted scopes permit, without `sub`. */
export function profileClaims(
  user: DevelopmentUser,
  scopes: ReadonlySet<string>,
): Record<string, string | boolean> {
  const { name, preferred_username, picture, email, email_verified } = user;
  return {
    ...(scopes.has('profile') && { name, preferred_username, picture }),
    ...(scopes.has('email') && { email, email_verified }),
  };
}
