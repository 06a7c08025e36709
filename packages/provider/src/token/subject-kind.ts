import type { AccessTokenInfo, SubjectKind } from './access-token-info.ts';

/**
 * Whether the subject is the client itself. A token of the client credentials grant names the client in `sub`
 * (RFC 9068 §2.2): who may choose its client id could else pass for the user of that name (RFC 9700 §4.15). Auth0 and
 * Entra ID, whose `sub` is another then, say it in `gty` and `idtyp`.
 */
export function subjectKindOf(token: Pick<AccessTokenInfo, 'subject' | 'clientId' | 'claims'>): SubjectKind {
  const { subject, clientId, claims } = token;
  const isClient = subject === clientId || claims.gty === 'client-credentials' || claims.idtyp === 'app';
  return isClient ? 'client' : 'user';
}
