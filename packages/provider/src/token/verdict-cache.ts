import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { TokenRefusedError } from '../errors.ts';
import { steadyClock } from '../steady-clock.ts';
import type { Caller } from './access-token-info.ts';
import type { Verdict } from './verdict.ts';
import { createVerdictStore, MAX_VERDICTS } from './verdict-store.ts';

/** How long a refusal is remembered, in milliseconds. */
const REFUSAL_LIFETIME_MS = 5_000;

type Judge = (token: string, caller?: Caller) => Promise<Verdict>;

/**
 * Remembers the verdicts of a judgement by a hash of the token, never past the token's expiry, and lets concurrent
 * calls with one token share one judgement. A refusal is remembered for seconds, an undecided verdict never, and an
 * accepted one only while it stands.
 *
 * @param lifetime seconds for which an accepted token is not judged again; 0 judges each call by itself.
 */
export function rememberVerdicts(judge: Judge, lifetime: number): Judge {
  if (lifetime === 0) return judge;
  const accepted = createVerdictStore();
  const refused = new LRUCache<string, TokenRefusedError>({
    max: MAX_VERDICTS,
    ttl: REFUSAL_LIFETIME_MS,
    ...steadyClock,
  });
  const underWay = new Map<string, Promise<Verdict>>();

  const judgeAndRemember = async (key: string, token: string, caller?: Caller): Promise<Verdict> => {
    try {
      const verdict = await judge(token, caller);
      const ttl = Math.min(lifetime * 1000, verdict.info.expiresAt * 1000 - Date.now());
      if (ttl > 0 && !verdict.settling) accepted.set(key, verdict, ttl);
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
    if (known?.stands()) return known;
    const refusal = refused.get(key);
    if (refusal !== undefined) throw refusal;
    const judgement = underWay.get(key) ?? judgeAndRemember(key, token, caller);
    underWay.set(key, judgement);
    return judgement;
  };
}
