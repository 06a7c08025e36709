/** After so many requests in a row without a whole answer, the endpoint is asked whether it answers at all. */
const SUSPICIONS_UNTIL_CHECK = 5;
/** How long a dead endpoint is left alone before it is asked that again, in milliseconds. */
const REST_MS = 5_000;

/** The endpoint is dead: nothing is sent to it for now. */
export class EndpointRestsError extends Error {
  readonly code = 'endpoint_rests';
  /** Seconds until it is asked again whether it answers. */
  readonly retryAfter: number;

  constructor(retryAfter: number) {
    super('the endpoint is left alone for a while');
    this.name = 'EndpointRestsError';
    this.retryAfter = retryAfter;
  }
}

/**
 * Shuts an endpoint that is dead, so that no call waits for a time-out that others have waited for already. That a
 * request got no whole answer is no more than a suspicion: what it carries may be why, and its sender would shut
 * the endpoint to everybody. What decides, both to shut and to open, is a neutral question with nothing of a caller.
 *
 * @param check asks the neutral question; it rejects when no whole answer came.
 * @param isSuspicion whether a failure of a request is that no whole answer came.
 */
export function createCircuitBreaker(
  check: () => Promise<unknown>,
  isSuspicion: (error: unknown) => boolean,
) {
  let suspicions = 0;
  let restsUntil: number | undefined;
  let checking: Promise<void> | undefined;
  let everAnswered = false;

  const decide = async (): Promise<void> => {
    const trial = restsUntil !== undefined;
    try {
      await check();
      everAnswered = true;
      suspicions = 0;
      restsUntil = undefined;
    } catch {
      // A gateway may drop what names no token: then only another failure is evidence that the endpoint is still dead.
      const provesNothing = trial && !everAnswered;
      suspicions = provesNothing ? SUSPICIONS_UNTIL_CHECK - 1 : 0;
      restsUntil = provesNothing ? undefined : performance.now() + REST_MS;
    } finally {
      checking = undefined;
    }
  };
  const decideOnce = () => {
    checking ??= decide();
    return checking;
  };

  /** @throws {EndpointRestsError} at once, without the request, while the endpoint is shut. */
  return async <Answer>(request: () => Promise<Answer>): Promise<Answer> => {
    // One call waits for the trial; the others are told at once.
    if (restsUntil !== undefined && checking === undefined && performance.now() >= restsUntil) {
      await decideOnce();
    }
    if (restsUntil !== undefined) {
      throw new EndpointRestsError(Math.max(restsUntil - performance.now(), 0) / 1000);
    }
    try {
      const answer = await request();
      suspicions = 0;
      return answer;
    } catch (error) {
      if (isSuspicion(error)) suspicions += 1;
      if (suspicions >= SUSPICIONS_UNTIL_CHECK && restsUntil === undefined) void decideOnce();
      throw error;
    }
  };
}
