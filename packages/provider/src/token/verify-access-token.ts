import { type Advice, TokenRefusedError, withAdvice } from '../errors.ts';
import type { AccessTokenInfo, Caller, TokenUse } from './access-token-info.ts';
import { ownResource, requireAudience } from './audience.ts';
import type { StandingToken } from './end-with-logouts.ts';
import type { Prove } from './proof.ts';
import { subjectKindOf } from './subject-kind.ts';
import type { TokenPolicy } from './token-claims.ts';
import { keepVerdict, type Verdict } from './verdict.ts';

/** How long a verdict holds when the IdP names no expiry, in seconds. */
const DEFAULT_LIFETIME_SECONDS = 60;

/** Makes verdicts of proofs. What the proof throws, the function throws. */
export function createJudgement(issuer: string, prove: Prove<StandingToken>, policy: TokenPolicy) {
  return async (token: string, caller?: Caller): Promise<Verdict> => {
    const proved = await prove(token, caller);
    const resource = ownResource(proved.audience, policy);
    const { sub: _, ...claims } = proved.claims;
    const info = {
      token,
      issuer,
      subject: proved.subject,
      subjectKind: subjectKindOf(proved),
      clientId: proved.clientId,
      scopes: proved.scopes,
      audience: proved.audience,
      expiresAt: proved.expiresAt ?? Math.floor(Date.now() / 1000) + DEFAULT_LIFETIME_SECONDS,
      claims: { sub: proved.subject, ...claims },
      provedBy: proved.provedBy,
      ...(proved.issuedAt === undefined ? {} : { issuedAt: proved.issuedAt }),
      ...(proved.sessionId === undefined ? {} : { sessionId: proved.sessionId }),
      ...(resource === undefined ? {} : { resource }),
    };
    return keepVerdict(info, proved);
  };
}

/**
 * Makes the function that a connection has, of one that gives verdicts: a refusal comes with what to change at the
 * IdP. A token for one of the server's resources is none for another (RFC 8707 §3): with `perResource` it must name
 * the resource that is called.
 */
export function createVerifyAccessToken(
  judge: (token: string, caller?: Caller) => Promise<Verdict>,
  advice: Advice,
  perResource: boolean,
) {
  return async (token: string, { caller, resource }: TokenUse = {}): Promise<AccessTokenInfo> => {
    try {
      const verdict = await judge(token, caller);
      const { audience } = verdict.info;
      // Most tokens name it byte for byte: those pay for no comparison by parts.
      if (perResource && resource !== undefined && !audience.includes(resource)) {
        requireAudience(audience, { audience: [resource] });
      }
      return verdict.handOut(token);
    } catch (error) {
      throw error instanceof TokenRefusedError ? withAdvice(error, advice) : error;
    }
  };
}
