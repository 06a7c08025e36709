import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleType,
} from 'cockatiel';
import {
  IDP_TIMEOUT_MS,
  type IdpAnswer,
  type IdpRequest,
  IdpRequestError,
  requestIdp,
} from './idp-request.ts';

/** After so many requests in a row without an answer, an endpoint counts as dead. */
const FAILURES_UNTIL_OPEN = 5;
/** How long a dead endpoint is left alone before one request tries it again, in milliseconds. */
const REST_MS = 5_000;
/** How many requests to an endpoint are under way at once, and how many more wait for their turn. */
const MAX_UNDER_WAY = 64;
const MAX_WAITING = 1_000;
/**
 * How much of its time a request must have left when its turn comes. Those that begin with less would time out for
 * their own wait, and shut an endpoint that answers.
 */
const LEAST_TIME_LEFT = 1 / 2;

/** {@link requestIdp} for one endpoint. */
export type AskIdp = (url: string, request?: IdpRequest) => Promise<IdpAnswer>;

/**
 * Asks one endpoint of an IdP, a bounded number of requests at once. When it is dead, it says so at once: no call
 * waits for a time-out that others have waited for already.
 *
 * @param requireUsable throws {@link IdpRequestError} for an answer that counts as none. Only for an endpoint to which
 *   no token is sent: elsewhere a whole answer, however useless, held nobody up, and bad tokens that the IdP redirects
 *   would shut good ones out.
 */
export function createIdpRequester(requireUsable?: (url: string, answer: IdpAnswer) => void): AskIdp {
  const withoutAnswer = handleType(
    IdpRequestError,
    ({ answered }) => !answered || requireUsable !== undefined,
  );
  const breaker = circuitBreaker(withoutAnswer, {
    halfOpenAfter: REST_MS,
    breaker: new ConsecutiveBreaker(FAILURES_UNTIL_OPEN),
  });
  const turns = bulkhead(MAX_UNDER_WAY, MAX_WAITING);
  return async (url, request) => {
    const allowed = request?.timeout ?? IDP_TIMEOUT_MS;
    const deadline = performance.now() + allowed;
    try {
      return await turns.execute(() => {
        // One request tries a dead endpoint again: the breaker would have the others wait for its time-out too.
        if (breaker.state === CircuitState.HalfOpen) throw new BrokenCircuitError();
        // The wait for its turn is part of the time that an answer may take.
        const timeout = Math.ceil(deadline - performance.now());
        if (timeout < allowed * LEAST_TIME_LEFT) throw new BulkheadRejectedError(MAX_UNDER_WAY, MAX_WAITING);
        return breaker.execute(async () => {
          const answer = await requestIdp(url, { ...request, timeout });
          requireUsable?.(url, answer);
          return answer;
        });
      });
    } catch (error) {
      if (error instanceof BulkheadRejectedError) {
        throw new IdpRequestError(url, 'has too many requests under way to take another', error);
      }
      if (!(error instanceof BrokenCircuitError)) throw error;
      const reason = `gave no usable answer ${FAILURES_UNTIL_OPEN} times in a row and is left alone for a while`;
      throw new IdpRequestError(url, reason, error);
    }
  };
}
