import type { Advice } from '../errors.ts';
import type { KeySet } from '../idp/key-set.ts';
import { endWithLogouts } from './end-with-logouts.ts';
import { createLogoutTokenVerifier } from './logout-token.ts';
import { type Logout, rememberLogouts } from './logouts.ts';
import type { ProofMethods } from './proof.ts';
import { createProver } from './prover.ts';
import type { TokenPolicy } from './token-claims.ts';
import { rememberVerdicts } from './verdict-cache.ts';
import { createJudgement, createVerifyAccessToken } from './verify-access-token.ts';

/** What tokens of one issuer are verified by. */
export interface TokenVerifierOptions {
  issuer: string;
  methods: ProofMethods;
  policy: TokenPolicy;
  settings: {
    audience?: readonly string[] | undefined;
    tokenCacheSeconds: number;
    maxOpaqueTokenLength: number;
    logoutClientIds?: readonly string[] | undefined;
  };
  advice: Advice;
  /** The issuer's keys, where it publishes any: logout tokens are signed by them too. */
  keys: KeySet | undefined;
}

/** Makes the verification of access tokens, from the proof to the cache, and what ends them. */
export function createTokenVerifier({
  issuer,
  methods,
  policy,
  settings,
  advice,
  keys,
}: TokenVerifierOptions) {
  const { audience, tokenCacheSeconds, maxOpaqueTokenLength, logoutClientIds: clientIds } = settings;
  const logouts = rememberLogouts();
  const prove = endWithLogouts(
    createProver(methods, policy, maxOpaqueTokenLength),
    logouts,
    methods.introspect,
  );
  const judge = rememberVerdicts(createJudgement(issuer, prove, policy), tokenCacheSeconds);
  const readLogout =
    keys && clientIds && createLogoutTokenVerifier(keys.findPatiently, { issuer, clientIds });
  return {
    verifyAccessToken: createVerifyAccessToken(judge, advice, audience === undefined),
    backchannelLogout:
      readLogout && (async (logoutToken: string) => logouts.record(await readLogout(logoutToken))),
    onLogout: (listener: (logout: Logout) => void) => logouts.subscribe(listener),
  };
}
