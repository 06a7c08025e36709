import { VerificationUndecidedError } from '../errors.ts';
import type { Logouts } from './logouts.ts';
import type { ProofMethods, Prove, ProvedToken } from './proof.ts';

/** How often a token is proved because of logouts of its user that come meanwhile. */
const MAX_PROOFS = 3;

/** A proved token that no logout has ended so far. */
export interface StandingToken extends ProvedToken {
  /** Whether that is so still. */
  stands(): boolean;
  /** A logout came so shortly before that the IdP's word may not be its last: this one is not to be remembered. */
  settling: boolean;
}

/**
 * Puts back-channel logout around a proof: a token that was issued before the logout of its user or session is
 * refused, and one of whose logout the IdP tells meanwhile is proved again.
 *
 * The function throws what the proof throws, {@link TokenRefusedError} (`revoked`, or what introspection says), and
 * {@link VerificationUndecidedError} when the IdP has a way to tell, and cannot be asked.
 */
export function endWithLogouts(
  prove: Prove,
  logouts: Logouts,
  introspect: ProofMethods['introspectProved'],
): Prove<StandingToken> {
  return async (token, caller) => {
    for (let proofs = 0; proofs < MAX_PROOFS; proofs += 1) {
      const before = logouts.count();
      const proved = await prove(token, caller);
      await refuseEnded(token, proved, logouts, introspect);
      const { subject, sessionId } = proved;
      // Keeps no more of the token than that.
      const stands = () => !logouts.outdates({ subject, sessionId }, before);
      if (stands()) return { ...proved, stands, settling: logouts.isSettling(proved) };
    }
    throw new VerificationUndecidedError(
      `logouts of the token’s user came during each of ${MAX_PROOFS} judgements`,
    );
  };
}

/**
 * Where only the IdP can tell whether a logout ended a token, its word counts: what it said while the token was proved,
 * else introspection's. Where it has no way to tell the token is refused: its client gets another with one request, if
 * it still may.
 */
async function refuseEnded(
  token: string,
  proved: ProvedToken,
  logouts: Logouts,
  introspect: ProofMethods['introspectProved'],
): Promise<void> {
  const ending = logouts.endingOf(proved);
  if (ending === undefined) return;
  if (!ending.uncertain) throw ending.refusal;
  if (proved.provedBy !== 'jwt' || proved.notRevoked === true) return;
  if (introspect === undefined) throw proved.notRevoked ?? ending.refusal;
  await introspect(token, proved.subject);
}
