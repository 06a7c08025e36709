import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { AccessTokenInfo } from './access-token-info.ts';
import { TokenRefusedError } from './errors.ts';
import type { Logouts } from './logouts.ts';
import type { Caller } from './question-budget.ts';

/** How long a refusal is remembered, in milliseconds. */
const REFUSAL_LIFETIME_MS = 5_000;
/** How many verdicts of each kind are remembered: a flood of bad tokens never pushes out a good one. */
const MAX_ENTRIES = 10_000;
/** How much accepted tokens may take, in characters of their claims. */
const MAX_ACCEPTED_SIZE = 16 * 1024 * 1024;

type Judge = (token: string, caller?: Caller) => Promise<AccessTokenInfo>;

interface AcceptedVerdict {
  info: Omit<AccessTokenInfo, 'token'>;
  /** When it was asked for, in milliseconds. */
  judgedAt: number;
}

/**
 * Remembers the verdicts of a judgement by a hash of the token, never past the token's expiry, and lets concurrent
 * calls with one token share one judgement. A refusal is remembered for seconds, an undecided verdict never, and an
 * accepted one only until a logout of its user or session.
 *
 * @param lifetime seconds for which an accepted token is not judged again; 0 judges each call by itself.
 */
export function rememberVerdicts(judge: Judge, lifetime: number, logouts: Logouts): Judge {
  if (lifetime === 0) return judge;
  // The system's clock, by which tokens expire, in place of the cache's own.
  const clock = { perf: { now: () => Date.now() }, ttlResolution: 0 };
  const accepted = new LRUCache<string, AcceptedVerdict>({
    ...clock,
    max: MAX_ENTRIES,
    maxSize: MAX_ACCEPTED_SIZE,
    sizeCalculation: ({ info }) => JSON.stringify(info.claims).length,
  });
  const refused = new LRUCache<string, TokenRefusedError>({
    ...clock,
    max: MAX_ENTRIES,
    ttl: REFUSAL_LIFETIME_MS,
  });
  const underWay = new Map<string, Promise<AccessTokenInfo>>();

  const judgeAndRemember = async (key: string, token: string, caller?: Caller): Promise<AccessTokenInfo> => {
    let judgedAt = Date.now();
    try {
      let info = await judge(token, caller);
      if (logouts.outdates(info, judgedAt)) {
        // The user was logged out in the meantime.
        judgedAt = Date.now();
        info = await judge(token, caller);
      }
      const { token: _, ...rest } = info;
      const ttl = Math.min(lifetime * 1000, info.expiresAt * 1000 - Date.now());
      if (ttl > 0) accepted.set(key, { info: rest, judgedAt }, { ttl });
      return info;
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
    if (known !== undefined && !logouts.outdates(known.info, known.judgedAt)) return { ...known.info, token };
    const refusal = refused.get(key);
    if (refusal !== undefined) throw refusal;
    const judgement = underWay.get(key) ?? judgeAndRemember(key, token, caller);
    underWay.set(key, judgement);
    return judgement;
  };
}
