import { accessTokenOf, callerOf } from '@mcp-whoami/guard';
import type { Request } from 'express';

/** Issuer and subject of a call; nothing where nobody has to sign in. */
export function ownerOf(request: Request): string | undefined {
  const auth = accessTokenOf(request);
  return auth && JSON.stringify([auth.issuer, auth.subject]);
}

/**
 * Whose share of what callers have in common a call takes: its subject's, or, without one, its address's, of IPv6 the
 * widest network's that counts as one caller: with a share for each of its narrow ones a site would have all.
 */
export function holderOf(request: Request): string {
  return ownerOf(request) ?? callerOf(request.ip).at(-1) ?? '';
}
