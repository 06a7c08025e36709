import { LRUCache } from 'lru-cache';
import { TokenRefusedError, VerificationUndecidedError } from './errors.ts';

/** How many questions about bad tokens one caller may cause in a window, and how long that is, in milliseconds. */
const MAX_REFUSALS = 500;
const WINDOW_MS = 25_000;
/** How many callers are told apart: the one that was quiet for longest is forgotten first. */
const MAX_CALLERS = 10_000;

/** Asks the IdP about a token for a caller, which is told apart by an opaque text; nothing means the common caller. */
export type QuestionBudget = <Answer>(
  caller: string | undefined,
  ask: () => Promise<Answer>,
) => Promise<Answer>;

/**
 * Bounds the questions that tokens of nobody cost the IdP: a caller whose tokens it keeps refusing has them asked
 * about no more for the rest of a window. Good tokens cost nothing, whatever their number.
 *
 * The function throws {@link VerificationUndecidedError} beyond the bound: nothing is known of such a token.
 */
export function createQuestionBudget(): QuestionBudget {
  const callers = new LRUCache<string, { refusals: number }>({
    max: MAX_CALLERS,
    ttl: WINDOW_MS,
    // The system's clock, in place of the cache's own.
    perf: { now: () => Date.now() },
  });
  return async (caller = '', ask) => {
    if ((callers.get(caller)?.refusals ?? 0) >= MAX_REFUSALS) {
      throw new VerificationUndecidedError(
        `the IdP refused ${MAX_REFUSALS} tokens of one caller within ${WINDOW_MS / 1000} seconds: for the rest of them it is not asked about tokens of that caller`,
      );
    }
    try {
      return await ask();
    } catch (error) {
      if (error instanceof TokenRefusedError) {
        const spent = callers.get(caller) ?? { refusals: 0 };
        spent.refusals += 1;
        if (spent.refusals === 1) callers.set(caller, spent);
      }
      throw error;
    }
  };
}
