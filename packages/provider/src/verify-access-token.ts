import type { AccessTokenInfo } from './access-token-info.ts';
import type { TokenUse } from './define-provider.ts';
import { type Advice, TokenRefusedError, type VerificationUndecidedError, withAdvice } from './errors.ts';
import { looksLikeJwt } from './jwt-parts.ts';
import type { Logouts } from './logouts.ts';
import { type ProofMethods, proveByAsking, proveHere } from './prove-token.ts';
import { createQuestionBudget } from './question-budget.ts';
import { subjectKindOf } from './subject-kind.ts';
import { comparableAudience, requireAudience, type TokenPolicy } from './token-claims.ts';

/** How long a verdict holds when the IdP names no expiry, in seconds. */
const VERDICT_LIFETIME_SECONDS = 60;
/** No access token in use is longer, in characters; Node refuses larger headers before. */
const MAX_TOKEN_LENGTH = 16 * 1024;

/**
 * Makes the judgement of access tokens. A token that looks like a JWT is judged as one wherever the issuer
 * publishes keys, and no other answer overrules a refusal. The caller, an opaque text, has a bounded number of bad
 * tokens asked about; those of the same caller count together, and so do those without one.
 *
 * The function throws {@link TokenRefusedError} when the token is no good and
 * {@link VerificationUndecidedError} when the IdP can not be asked.
 */
export function createVerifyAccessToken(
  issuer: string,
  methods: ProofMethods,
  policy: TokenPolicy,
  advice: Advice,
  logouts: Logouts,
) {
  const withinBudget = createQuestionBudget();
  const judge = async (token: string, caller: string | undefined): Promise<AccessTokenInfo> => {
    if (token.length > MAX_TOKEN_LENGTH) {
      throw new TokenRefusedError('malformed_token', `longer than ${MAX_TOKEN_LENGTH} characters`);
    }
    const proved =
      methods.verifyJwt !== undefined && looksLikeJwt(token)
        ? await proveHere(token, methods.verifyJwt, methods, (question) => withinBudget(caller, question))
        : await withinBudget(caller, () => proveByAsking(token, methods, policy));
    logouts.refuseEnded(proved);
    const expiresAt = proved.expiresAt ?? Math.floor(Date.now() / 1000) + VERDICT_LIFETIME_SECONDS;
    const resource = ownResource(proved.audience, policy);
    const { sub: _, ...claims } = proved.claims;
    return {
      token,
      issuer,
      subject: proved.subject,
      subjectKind: subjectKindOf(proved),
      clientId: proved.clientId,
      scopes: proved.scopes,
      audience: proved.audience,
      expiresAt,
      claims: { sub: proved.subject, ...claims },
      provedBy: proved.provedBy,
      ...(resource === undefined ? {} : { resource }),
    };
  };
  return (token: string, caller?: string): Promise<AccessTokenInfo> =>
    judge(token, caller).catch((error: unknown) => {
      throw error instanceof TokenRefusedError ? withAdvice(error, advice) : error;
    });
}

/**
 * A token for one of the server's resources is none for another (RFC 8707 §3): with `perResource` it must name the
 * resource that is called.
 */
export function requireCalledResource(
  judge: (token: string, caller?: string) => Promise<AccessTokenInfo>,
  perResource: boolean,
  advice: Advice,
) {
  return async (token: string, { caller, resource }: TokenUse = {}): Promise<AccessTokenInfo> => {
    const info = await judge(token, caller);
    if (!perResource || resource === undefined) return info;
    try {
      requireAudience(info.audience, { audience: [resource] });
    } catch (error) {
      throw error instanceof TokenRefusedError ? withAdvice(error, advice) : error;
    }
    return info;
  };
}

/** The accepted audience that is a URL, for the MCP SDK's `expectedResource`. */
function ownResource(audience: readonly string[], policy: TokenPolicy): URL | undefined {
  const named = new Set(audience.map(comparableAudience));
  const own = policy.audience.find((entry) => named.has(comparableAudience(entry)) && URL.canParse(entry));
  return own === undefined ? undefined : new URL(own);
}
