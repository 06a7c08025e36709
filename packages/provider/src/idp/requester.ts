import { createCircuitBreaker, EndpointRestsError } from './circuit-breaker.ts';
import { IDP_TIMEOUT_MS, type IdpAnswer, type IdpRequest, IdpRequestError, requestIdp } from './request.ts';
import { createTurns, NoTurnError } from './turns.ts';

/** How many requests to an endpoint are under way at once, and how many more wait for their turn. */
const MAX_UNDER_WAY = 64;
const MAX_WAITING = 1_000;
/**
 * How much of its time a request must have left when its turn comes. Those that begin with less would time out for
 * their own wait, and make an endpoint that answers look dead.
 */
const LEAST_TIME_LEFT = 1 / 2;

/** {@link requestIdp} for one endpoint. */
export type AskIdp = (request: IdpRequest) => Promise<IdpAnswer>;

/**
 * Asks one endpoint of an IdP, a bounded number of requests at once. When it is dead, it says so at once.
 *
 * @param neutralQuestion a request to the endpoint that carries nothing of a caller: any whole answer to it, a
 *   refusal too, means that the endpoint is alive.
 */
export function createIdpRequester(url: string, neutralQuestion: () => Promise<IdpRequest>): AskIdp {
  const gotNoAnswer = (error: unknown) => error instanceof IdpRequestError && error.outcome === 'none';
  const check = async () => {
    // It has as much time as any other: an endpoint that is slow to everybody is not dead.
    await requestIdp(url, await neutralQuestion()).catch((error: unknown) => {
      if (gotNoAnswer(error)) throw error;
    });
  };
  const unlessDead = createCircuitBreaker(check, gotNoAnswer);
  const turns = createTurns(MAX_UNDER_WAY, MAX_WAITING);
  return async (request) => {
    const allowed = request.timeout ?? IDP_TIMEOUT_MS;
    const deadline = performance.now() + allowed;
    try {
      return await turns.execute(() =>
        unlessDead(() => {
          // The wait for its turn is part of the time that an answer may take.
          const timeout = Math.ceil(deadline - performance.now());
          if (timeout < allowed * LEAST_TIME_LEFT) {
            throw new NoTurnError();
          }
          return requestIdp(url, { ...request, timeout });
        }),
      );
    } catch (error) {
      if (error instanceof NoTurnError) {
        const reason = 'has too many requests under way to take another';
        throw new IdpRequestError(url, reason, { outcome: 'not asked', cause: error });
      }
      if (!(error instanceof EndpointRestsError)) throw error;
      const reason =
        'gave several requests in a row no whole answer, nor a neutral one, and is left alone for a while: see whether it can be reached from here';
      const { retryAfter } = error;
      throw new IdpRequestError(url, reason, { outcome: 'not asked', cause: error, retryAfter });
    }
  };
}
