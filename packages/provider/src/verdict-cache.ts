import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { AccessTokenInfo } from './access-token-info.ts';
import { TokenRefusedError, VerificationUndecidedError } from './errors.ts';
import type { Logouts } from './logouts.ts';
import type { Caller } from './question-budget.ts';
import { steadyClock } from './steady-clock.ts';
import { keepVerdict, type Verdict } from './verdict.ts';
import { createVerdictStore, MAX_VERDICTS } from './verdict-store.ts';

/** How long a refusal is remembered, in milliseconds. */
const REFUSAL_LIFETIME_MS = 5_000;
/** How often a token is judged because of logouts of its user that come meanwhile. */
const MAX_JUDGEMENTS = 3;

type Judge = (token: string, caller?: Caller) => Promise<AccessTokenInfo>;

/**
 * Remembers the verdicts of a judgement by a hash of the token, never past the token's expiry, and lets concurrent
 * calls with one token share one judgement. A refusal is remembered for seconds, an undecided verdict never, and an
 * accepted one only until a logout of its user or session. What one call does with what it gets is never seen by
 * another.
 *
 * @param lifetime seconds for which an accepted token is not judged again; 0 judges each call by itself.
 */
export function rememberVerdicts(judge: Judge, lifetime: number, logouts: Logouts): Judge {
  const judgeNow = judgeAfterLogouts(judge, logouts);
  if (lifetime === 0) return async (token, caller) => (await judgeNow(token, caller)).handOut(token);
  const accepted = createVerdictStore();
  const refused = new LRUCache<string, TokenRefusedError>({
    max: MAX_VERDICTS,
    ttl: REFUSAL_LIFETIME_MS,
    ...steadyClock(),
  });
  const underWay = new Map<string, Promise<Verdict>>();

  const judgeAndRemember = async (key: string, token: string, caller?: Caller): Promise<Verdict> => {
    try {
      const verdict = await judgeNow(token, caller);
      const ttl = Math.min(lifetime * 1000, verdict.info.expiresAt * 1000 - Date.now());
      if (ttl > 0 && !logouts.isSettling(verdict.info)) accepted.set(key, verdict, ttl);
      return verdict;
    } catch (error) {
      if (error instanceof TokenRefusedError) refused.set(key, error);
      throw error;
    } finally {
      underWay.delete(key);
    }
  };

  return async (token, caller) => {
    const key = hash('sha256', token, 'base64');
    const known = accepted.get(key);
    if (known !== undefined && !logouts.outdates(known.info, known.logoutsBefore))
      return known.handOut(token);
    const refusal = refused.get(key);
    if (refusal !== undefined) throw refusal;
    const judgement = underWay.get(key) ?? judgeAndRemember(key, token, caller);
    underWay.set(key, judgement);
    return (await judgement).handOut(token);
  };
}

/** Judges again when a logout of the token's user or session came meanwhile, of which the IdP may not have known. */
function judgeAfterLogouts(judge: Judge, logouts: Logouts) {
  return async (token: string, caller?: Caller): Promise<Verdict> => {
    for (let judgements = 0; judgements < MAX_JUDGEMENTS; judgements += 1) {
      const logoutsBefore = logouts.count();
      const info = await judge(token, caller);
      if (!logouts.outdates(info, logoutsBefore)) return keepVerdict(info, logoutsBefore);
    }
    throw new VerificationUndecidedError(
      `logouts of the token’s user came during each of ${MAX_JUDGEMENTS} judgements`,
    );
  };
}
