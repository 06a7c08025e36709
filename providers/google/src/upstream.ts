import type { Identity, JsonObject, Upstream } from '@mcp-whoami/provider';
import { z } from 'zod';

/** What of the options says where Google is and who this server is there. */
export interface GoogleSettings {
  issuer: string;
  clientId: string;
  clientSecret: string;
  clientAuth: Upstream['clientAuth'];
}

/** Google, by what its documentation says of it. */
export function googleUpstream({ issuer, clientId, clientSecret, clientAuth }: GoogleSettings): Upstream {
  return {
    id: 'google',
    title: 'Google',
    server: { kind: 'oidc', issuer, identify: identifyAtGoogle },
    clientId,
    clientSecret,
    clientAuth,
    scopes: ['openid', 'profile', 'email'],
    // Google knows no `offline_access`. Without the prompt it gives a refresh token at the first sign-in alone.
    authorizationParameters: { access_type: 'offline', prompt: 'consent' },
    groupNames: {
      ignoreCase: true,
      pattern: /^[a-z\d-]+(\.[a-z\d-]+)+$/i,
      expected: 'the domain of a Google Workspace (`example.com`)',
      example: 'example.com',
    },
  };
}

const claimsOfGoogle = z.object({
  sub: z.string(),
  email: z.string().optional(),
  email_verified: z.union([z.boolean(), z.string()]).optional(),
  /** The Workspace that manages the account. An account of one's own has none, whatever its address. */
  hd: z.string().min(1).optional(),
  name: z.string().optional(),
  given_name: z.string().optional(),
  family_name: z.string().optional(),
  picture: z.string().optional(),
});

function identifyAtGoogle(claims: JsonObject): Identity {
  const parsed = claimsOfGoogle.safeParse(claims);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
    throw new Error(`the ID token lacks, or has in another form: ${wrong}`);
  }
  const { sub, hd, email_verified: verified, ...profile } = parsed.data;
  const { email } = profile;
  const isVerified = email !== undefined && String(verified) === 'true';
  return {
    id: sub,
    claims: { ...profile, ...(email === undefined ? {} : { email_verified: isVerified }) },
    verifiedEmails: isVerified ? [email] : [],
    groups: hd === undefined ? [] : [hd],
  };
}
