import type { Logouts } from './logouts.ts';
import type { ProofMethods, ProvedToken } from './prove-token.ts';

/**
 * Refuses a token that was issued before the logout of its user or session. Where only the IdP can tell, its word
 * counts: what it said while the token was proved, else introspection's. Where it has no way to tell the token is
 * refused: its client gets another with one request, if it still may.
 *
 * @throws {TokenRefusedError} `revoked`, or what introspection says.
 * @throws {VerificationUndecidedError} when the IdP has a way to tell, and cannot be asked.
 */
export async function refuseEnded(
  token: string,
  proved: ProvedToken,
  logouts: Logouts,
  { introspectProved }: Pick<ProofMethods, 'introspectProved'>,
): Promise<void> {
  const ending = logouts.endingOf(proved);
  if (ending === undefined) return;
  if (!ending.uncertain) throw ending.refusal;
  if (proved.provedBy !== 'jwt' || proved.notRevoked === true) return;
  if (introspectProved === undefined) throw proved.notRevoked ?? ending.refusal;
  await introspectProved(token, proved.subject);
}
