import { accessTokenOf, callerOf } from '@mcp-whoami/guard';
import type { Request } from 'express';

/** Issuer and subject of a call; nothing where nobody has to sign in. */
export function ownerOf(request: Request): string | undefined {
  const auth = accessTokenOf(request);
  return auth && JSON.stringify([auth.issuer, auth.subject]);
}

/** Whose share of what callers have in common a call takes: its subject's, or, without one, its address's. */
export function holderOf(request: Request): string {
  return ownerOf(request) ?? callerOf(request.ip)[0] ?? '';
}
