import { type BulkheadPolicy, BulkheadRejectedError, bulkhead } from 'cockatiel';
import { LRUCache } from 'lru-cache';
import { TokenRefusedError, VerificationUndecidedError } from './errors.ts';
import { IDP_TIMEOUT_MS, IdpRequestError } from './idp-request.ts';

/** How many questions that prove nothing one caller may cause in a window, and how long that is, in milliseconds. */
const MAX_IN_VAIN = 500;
const WINDOW_MS = 10_000;
/** How many of one caller's questions are under way at once, which leaves room for others, and how many wait. */
const MAX_UNDER_WAY = 32;
const MAX_WAITING = 500;
/** How long one waits for its turn, in milliseconds. */
const MAX_WAIT_MS = IDP_TIMEOUT_MS;
/** How many callers are told apart: the one that was quiet for longest is forgotten first. */
const MAX_CALLERS = 10_000;

interface Caller {
  turns: BulkheadPolicy;
  inVain: number;
  /** In milliseconds since the epoch. */
  windowEnds: number;
}

/** Asks the IdP about a token for a caller, which is told apart by an opaque text; nothing means the common caller. */
export type QuestionBudget = <Answer>(
  caller: string | undefined,
  ask: () => Promise<Answer>,
) => Promise<Answer>;

/**
 * Bounds the questions that tokens of nobody cost the IdP: a caller whose tokens prove nothing has them asked about
 * no more for the rest of a window. Good tokens cost nothing, whatever their number.
 *
 * The function throws {@link VerificationUndecidedError} beyond the bounds: nothing is known of such a token.
 */
export function createQuestionBudget(): QuestionBudget {
  const callers = new LRUCache<string, Caller>({ max: MAX_CALLERS });
  const find = (name: string): Caller => {
    const now = Date.now();
    const caller = callers.get(name) ?? {
      turns: bulkhead(MAX_UNDER_WAY, MAX_WAITING),
      inVain: 0,
      windowEnds: now + WINDOW_MS,
    };
    if (now > caller.windowEnds) Object.assign(caller, { inVain: 0, windowEnds: now + WINDOW_MS });
    callers.set(name, caller);
    return caller;
  };
  return async (name = '', ask) => {
    const caller = find(name);
    const deadline = performance.now() + MAX_WAIT_MS;
    const takeTurn = () => {
      if (caller.inVain >= MAX_IN_VAIN) {
        throw new VerificationUndecidedError(
          `${MAX_IN_VAIN} tokens of one caller proved nothing within ${WINDOW_MS / 1000} seconds: for the rest of them the IdP is not asked about tokens of that caller`,
        );
      }
      if (performance.now() > deadline) throw new BulkheadRejectedError(MAX_UNDER_WAY, MAX_WAITING);
    };
    try {
      takeTurn();
      return await caller.turns.execute(() => {
        takeTurn();
        return ask();
      });
    } catch (error) {
      if (error instanceof BulkheadRejectedError) {
        throw new VerificationUndecidedError('too many questions about tokens of one caller are under way');
      }
      if (wasAskedInVain(error)) caller.inVain += 1;
      throw error;
    }
  };
}

/** The IdP was asked and said no, or nothing of use. What got no answer is the circuit breaker's. */
function wasAskedInVain(error: unknown): boolean {
  if (error instanceof TokenRefusedError) return true;
  return (
    error instanceof VerificationUndecidedError &&
    error.cause instanceof IdpRequestError &&
    error.cause.answered
  );
}
