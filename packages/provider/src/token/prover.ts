import { refuse, TokenRefusedError } from '../errors.ts';
import { createQuestionBudget } from '../idp/question-budget.ts';
import { formOf, headerOf } from './jwt-parts.ts';
import type { ProofMethods, Prove } from './proof.ts';
import { proveJwt, wayToAsk } from './prove-token.ts';
import type { TokenPolicy } from './token-claims.ts';

/** No access token in use is longer, in characters; Node refuses larger headers before. */
const MAX_TOKEN_LENGTH = 16 * 1024;

/**
 * Makes the proof of access tokens. A token that looks like a JWT is judged as one wherever the issuer publishes
 * keys, and no other answer overrules a refusal. A caller has a bounded number of bad tokens asked about.
 *
 * The function throws {@link TokenRefusedError} when the token is not valid, {@link VerificationUndecidedError} when
 * the IdP cannot be asked, and {@link RateLimitedError} when it is asked about no more tokens of the caller.
 *
 * @param maxOpaqueLength the longest token that the IdP is asked about, in characters.
 */
export function createProver(methods: ProofMethods, policy: TokenPolicy, maxOpaqueLength: number): Prove {
  const withinBudget = createQuestionBudget();
  return async (token, caller) => {
    if (token.length > MAX_TOKEN_LENGTH)
      refuse('malformed_token', `longer than ${MAX_TOKEN_LENGTH} characters`);
    const { verifyJwt } = methods;
    const header = verifyJwt && headerOf(token);
    if (verifyJwt !== undefined && header !== undefined) {
      const jwt = await verifyJwt(token, header, caller ?? '');
      return proveJwt(token, jwt, methods, (ask) => withinBudget(caller, token, ask));
    }
    const prove = wayToAsk(methods, policy, formOf(token));
    // Gateways drop requests with long headers, which would look like a dead IdP.
    if (token.length > maxOpaqueLength) {
      refuse(
        'malformed_token',
        `expected an opaque token of at most ${maxOpaqueLength} characters (a setting, MAX_OPAQUE_TOKEN_LENGTH), found ${token.length}`,
      );
    }
    return withinBudget(caller, token, () => prove(token));
  };
}
