import { z } from 'zod';

/** What the identity provider of the bench says when it is ready, as one line of JSON. */
export const announcement = z.object({
  issuer: z.string(),
  jwt: z.string(),
  opaque: z.string(),
  /** What `whoami` answers to the JWT: its claims and the user's profile, `sub` first. */
  claims: z.record(z.string(), z.unknown()),
});

export type Announcement = z.infer<typeof announcement>;
