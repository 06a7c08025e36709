import type { AccessTokenInfo } from './access-token-info.ts';
import type { TokenUse } from './define-provider.ts';
import {
  type Advice,
  type RateLimitedError,
  TokenRefusedError,
  type VerificationUndecidedError,
  withAdvice,
} from './errors.ts';
import { looksLikeJwt } from './jwt-parts.ts';
import type { Logouts } from './logouts.ts';
import { type ProofMethods, type ProvedToken, proveHere, wayToAsk } from './prove-token.ts';
import { type Caller, createQuestionBudget } from './question-budget.ts';
import { refuseEnded } from './refuse-ended.ts';
import { DEFAULT_MAX_OPAQUE_TOKEN_LENGTH } from './resource-server-settings.ts';
import { subjectKindOf } from './subject-kind.ts';
import { comparableAudience, requireAudience, type TokenPolicy } from './token-claims.ts';

/** How long a verdict holds when the IdP names no expiry, in seconds. */
const VERDICT_LIFETIME_SECONDS = 60;
/** No access token in use is longer, in characters; Node refuses larger headers before. */
const MAX_TOKEN_LENGTH = 16 * 1024;

/**
 * Makes the judgement of access tokens. A token that looks like a JWT is judged as one wherever the issuer
 * publishes keys, and no other answer overrules a refusal. A caller has a bounded number of bad tokens asked about.
 *
 * @param maxOpaqueLength the longest token that the IdP is asked about, in characters.
 *
 * The function throws {@link TokenRefusedError} when the token is no good,
 * {@link VerificationUndecidedError} when the IdP can not be asked, and {@link RateLimitedError} when it is asked
 * about no more tokens of the caller.
 */
export function createVerifyAccessToken(
  issuer: string,
  methods: ProofMethods,
  policy: TokenPolicy,
  advice: Advice,
  logouts: Logouts,
  maxOpaqueLength = DEFAULT_MAX_OPAQUE_TOKEN_LENGTH,
) {
  const withinBudget = createQuestionBudget();
  const askAbout = (token: string, caller: Caller | undefined): Promise<ProvedToken> => {
    const prove = wayToAsk(methods, policy);
    // Gateways drop requests with long headers, which would look like a dead IdP.
    if (token.length > maxOpaqueLength) {
      throw new TokenRefusedError(
        'malformed_token',
        `expected an opaque token of at most ${maxOpaqueLength} characters (a setting, MAX_OPAQUE_TOKEN_LENGTH), found ${token.length}`,
      );
    }
    return withinBudget(caller, token, () => prove(token));
  };
  const judge = async (token: string, caller: Caller | undefined): Promise<AccessTokenInfo> => {
    if (token.length > MAX_TOKEN_LENGTH) {
      throw new TokenRefusedError('malformed_token', `longer than ${MAX_TOKEN_LENGTH} characters`);
    }
    const { verifyJwt } = methods;
    const proved =
      verifyJwt !== undefined && looksLikeJwt(token)
        ? await proveHere(
            token,
            (jwt) => verifyJwt(jwt, caller ?? ''),
            methods,
            (question) => withinBudget(caller, token, question),
          )
        : await askAbout(token, caller);
    await refuseEnded(token, proved, logouts, methods);
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
      ...(proved.issuedAt === undefined ? {} : { issuedAt: proved.issuedAt }),
      ...(proved.sessionId === undefined ? {} : { sessionId: proved.sessionId }),
      ...(resource === undefined ? {} : { resource }),
    };
  };
  return (token: string, caller?: Caller): Promise<AccessTokenInfo> =>
    judge(token, caller).catch((error: unknown) => {
      throw error instanceof TokenRefusedError ? withAdvice(error, advice) : error;
    });
}

/**
 * A token for one of the server's resources is none for another (RFC 8707 §3): with `perResource` it must name the
 * resource that is called.
 */
export function requireCalledResource(
  judge: (token: string, caller?: Caller) => Promise<AccessTokenInfo>,
  perResource: boolean,
  advice: Advice,
) {
  return async (token: string, { caller, resource }: TokenUse = {}): Promise<AccessTokenInfo> => {
    const info = await judge(token, caller);
    // Most tokens name it byte for byte: those pay for no comparison by parts.
    if (!perResource || resource === undefined || info.audience.includes(resource)) return info;
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
