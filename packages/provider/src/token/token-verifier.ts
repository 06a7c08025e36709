import type { Advice } from '../errors.ts';
import type { KeySet } from '../idp/key-set.ts';
import { endWithLogouts } from './end-with-logouts.ts';
import { createLogoutTokenVerifier } from './logout-token.ts';
import { type Logout, rememberLogouts } from './logouts.ts';
import type { ProofMethods, Prove } from './proof.ts';
import type { TokenPolicy } from './token-claims.ts';
import { rememberVerdicts } from './verdict-cache.ts';
import { createJudgement, createVerifyAccessToken } from './verify-access-token.ts';

/** What the tokens of one issuer are verified by. */
export interface TokenVerifierOptions {
  issuer: string;
  prove: Prove;
  /** Where it can tell whether a proved token was ended. */
  introspect: ProofMethods['introspectProved'];
  policy: TokenPolicy;
  advice: Advice;
  /** Seconds for which an accepted token is not judged again. */
  cacheSeconds: number;
  /** The token must name the resource that is called. */
  perResource: boolean;
  /** Which logout tokens are taken: signed by the issuer's keys, for these clients; none unless both are there. */
  logoutTokens: { keys: KeySet | undefined; clientIds: readonly string[] | undefined };
}

/** Makes the verification of access tokens, from their proof to the cache, and what ends them. */
export function createTokenVerifier(options: TokenVerifierOptions) {
  const { issuer, policy, advice, logoutTokens } = options;
  const { keys, clientIds } = logoutTokens;
  const logouts = rememberLogouts();
  const prove = endWithLogouts(options.prove, logouts, options.introspect);
  const judge = rememberVerdicts(createJudgement(issuer, prove, policy), options.cacheSeconds);
  const readLogout =
    keys && clientIds && createLogoutTokenVerifier(keys.findPatiently, { issuer, clientIds });
  return {
    verifyAccessToken: createVerifyAccessToken(judge, advice, options.perResource),
    backchannelLogout:
      readLogout && (async (logoutToken: string) => logouts.record(await readLogout(logoutToken))),
    onLogout: (listener: (logout: Logout) => void) => logouts.subscribe(listener),
  };
}
