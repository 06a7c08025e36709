// After the server's public URL.

/** Where oidc-provider has its endpoints. */
export const routes = {
  authorization: '/oauth/authorize',
  token: '/oauth/token',
  registration: '/oauth/register',
  revocation: '/oauth/revoke',
  jwks: '/oauth/jwks',
};

/** The page of a pending authorization request, and, under it, where that ends. */
export const signInPath = (uid: string): string => `/oauth/sign-in/${uid}`;
export const donePath = (uid: string): string => `${signInPath(uid)}/done`;

/** Where the IdP sends the browser back to: what is registered there. */
export const callbackPath = '/oauth/callback';

/** A person's own page. */
export const signInsPath = '/sign-ins';
