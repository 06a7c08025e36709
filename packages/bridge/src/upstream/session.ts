import { jsonObject, parseJson } from '@mcp-whoami/provider/idp';
import { z } from 'zod';
import type { Failure } from './errors.ts';

const session = z.object({
  /** The id of the account. */
  id: z.string().min(1),
  /** Only where it is needed: without a refresh token, or for an API. */
  accessToken: z.string().optional(),
  refreshToken: z.string().optional(),
  /** When the access token ends, in seconds since 1970. */
  expiresAt: z.number().optional(),
  /** Those of the ID token: an IdP need not send another at a refresh (OpenID Connect Core §12.2). */
  claims: jsonObject.optional(),
  /** What userinfo said last, where a time comes from which it cannot be asked. */
  userinfo: jsonObject.optional(),
});

/** What is kept of a sign-in to ask the IdP again. */
export type Session = z.output<typeof session>;

export function writeSession(values: Session): string {
  return JSON.stringify(values);
}

/** @throws {UpstreamError} when the text is not one that {@link writeSession} made. */
export function readSession(text: string, failure: Failure): Session {
  const parsed = session.safeParse(parseJson(text));
  if (!parsed.success) throw failure('refused', 'what was kept of the sign-in cannot be read: sign in again');
  return parsed.data;
}

/** How early a token counts as expired, in seconds: it has to last for the questions. */
const EXPIRY_LEEWAY_SECONDS = 60;

export function hasExpired({ expiresAt }: Pick<Session, 'expiresAt'>): boolean {
  return expiresAt !== undefined && Date.now() / 1000 > expiresAt - EXPIRY_LEEWAY_SECONDS;
}
