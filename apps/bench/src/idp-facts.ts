import { z } from 'zod';

/** The one user of the bench, as the identity provider has them (OpenID Connect Core 1.0 §5.1). */
export const user = {
  sub: 'bench-user-6b1f0c9e',
  name: 'Ada Lovelace',
  preferred_username: 'ada.lovelace',
  email: 'ada@example.com',
  email_verified: true,
  picture: 'https://example.com/ada.png',
};

/** The value of `aud` in every token. */
export const audience = 'https://mcp.example.com/mcp';

/** The resource server's own client, for introspection; Basic changes none of these characters (RFC 6749 §2.3.1). */
export const resourceServer = { clientId: 'bench', clientSecret: '9b1deb4d3b7d4bad9bdd' };

/** What the identity provider says when it is ready, as JSON. */
export const idp = z.object({
  issuer: z.string(),
  jwt: z.string(),
  opaque: z.string(),
  /** What `whoami` answers to the JWT: its claims and the user's profile. */
  claims: z.record(z.string(), z.unknown()),
});

export type Idp = z.infer<typeof idp>;
