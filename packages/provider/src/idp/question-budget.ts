import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { RateLimitedError, TokenRefusedError, VerificationUndecidedError } from '../errors.ts';
import { steadyClock } from '../steady-clock.ts';
import type { Caller } from '../token/access-token-info.ts';
import { networksOf } from './networks.ts';
import { IDP_TIMEOUT_MS, IdpRequestError } from './request.ts';
import { createTurns, createTurnsOfEach, NoTurnError, type Turns } from './turns.ts';

/** How long a window is in which questions that proved nothing are counted, in milliseconds. */
const WINDOW_MS = 10_000;
/** How many of those a caller may cause in a window, and how many of its questions are under way at once. */
const narrow = { inVain: 500, underWay: 16 };
/** The same for the network around it. */
const wide = { inVain: 2_000, underWay: 24 };
/**
 * Of the turns of an endpoint: how many are for callers of whom nothing good is known, and how many for new tokens
 * altogether. The others are kept for tokens that were accepted before.
 */
const MAX_OF_STRANGERS = 32;
const MAX_OF_NEW_TOKENS = 48;
/** How many questions of one caller wait for their turn, how many of all, and how long one does, in milliseconds. */
const MAX_WAITING_OF_CALLER = 500;
const MAX_WAITING = 1_000;
const MAX_WAIT_MS = IDP_TIMEOUT_MS;

/** How many callers are told apart: what was quiet for longest is forgotten first. */
const MAX_CALLERS = 10_000;
/** How long a caller counts as good because of a token that was accepted, in milliseconds. */
const GOOD_CALLER_MS = 3_600_000;
/** How many tokens are known as accepted before. One that is forgotten is asked about like a new one. */
const MAX_ACCEPTED = 50_000;

/** Asks the IdP about a token for a caller; nothing means the common caller. */
export type QuestionBudget = <Answer>(
  caller: Caller | undefined,
  token: string,
  ask: () => Promise<Answer>,
) => Promise<Answer>;

/**
 * Bounds the questions that tokens of nobody cost the IdP: a caller whose tokens prove nothing has them asked about
 * no more for the rest of a window, and strangers together hold no more than a part of the turns. Good tokens cost
 * nothing, whatever their number, and a token that was accepted before is held up by no bad one. No rate limiter for
 * Express (rate-limiter-flexible, express-rate-limit) does this: their stores in memory are unbounded, none limits how
 * many questions are under way, and none counts a /64 beside its /48.
 *
 * The function throws {@link RateLimitedError} beyond the bounds, and {@link VerificationUndecidedError} when too
 * many questions are under way: nothing is known of such a token.
 */
export function createQuestionBudget(): QuestionBudget {
  const accepted = new LRUCache<string, true>({ max: MAX_ACCEPTED });
  const goodCallers = new LRUCache<string, true>({ ...steadyClock, max: MAX_CALLERS, ttl: GOOD_CALLER_MS });
  const turnsOfAccepted = createTurnsOfEach(2 * narrow.underWay, MAX_WAITING_OF_CALLER);
  const strangers = createTurns(MAX_OF_STRANGERS, MAX_WAITING);
  const newTokens = createTurns(MAX_OF_NEW_TOKENS, MAX_WAITING);
  const levels = [narrow, wide].map(({ inVain: bound, underWay }) => ({
    bound,
    turnsOf: createTurnsOfEach(underWay, MAX_WAITING_OF_CALLER),
    inVain: new LRUCache<string, number>({
      ...steadyClock,
      max: MAX_CALLERS,
      ttl: WINDOW_MS,
      noUpdateTTL: true,
    }),
  }));
  const placesOf = (networks: readonly string[]) =>
    levels.flatMap((level, index) => {
      const name = networks[index];
      return name === undefined ? [] : [{ ...level, name }];
    });

  return async (caller, token, ask) => {
    const networks = networksOf(caller);
    const [name] = networks;
    const places = placesOf(networks);
    const deadline = performance.now() + MAX_WAIT_MS;
    const askInTime = () => {
      if (performance.now() > deadline) throw new NoTurnError();
      return ask();
    };
    const askWithinBudget = () => {
      for (const { name, inVain, bound } of places) {
        if ((inVain.get(name) ?? 0) >= bound) throw overBudget(bound, inVain.getRemainingTTL(name) / 1000);
      }
      return askInTime();
    };
    const key = hash('sha256', token, 'base64');
    try {
      const answer = await (accepted.get(key)
        ? turnsOfAccepted(name).execute(askInTime)
        : inTurn(
            [
              ...places.map(({ name, turnsOf }) => turnsOf(name)),
              ...(goodCallers.get(name) ? [] : [strangers]),
              newTokens,
            ],
            askWithinBudget,
          ));
      accepted.set(key, true);
      goodCallers.set(name, true);
      return answer;
    } catch (error) {
      if (error instanceof NoTurnError) {
        throw new VerificationUndecidedError(
          'too many questions about tokens are under way to ask another, of this caller or of all: see whether the IdP is slow, or who sends so many',
        );
      }
      if (error instanceof TokenRefusedError) accepted.delete(key);
      if (wasAskedInVain(error)) {
        for (const { name, inVain } of places) inVain.set(name, (inVain.get(name) ?? 0) + 1);
      }
      throw error;
    }
  };
}

/** Takes a turn of each, one after the other. */
function inTurn<Answer>(turns: readonly Turns[], ask: () => Promise<Answer>): Promise<Answer> {
  const [first, ...others] = turns;
  return first === undefined ? ask() : first.execute(() => inTurn(others, ask));
}

function overBudget(bound: number, secondsLeft: number): RateLimitedError {
  return new RateLimitedError(
    `the IdP did not accept ${bound} tokens of one caller within ${WINDOW_MS / 1000} seconds: it is asked about no new token of that caller until these seconds have passed. Where it is a reverse proxy, say how many there are (TRUSTED_PROXIES): behind it all clients are one caller`,
    secondsLeft,
  );
}

/** The IdP was asked and said no, or nothing of use, or did not answer to this. */
function wasAskedInVain(error: unknown): boolean {
  if (error instanceof TokenRefusedError) return true;
  return (
    error instanceof VerificationUndecidedError &&
    error.cause instanceof IdpRequestError &&
    error.cause.outcome !== 'not asked'
  );
}
