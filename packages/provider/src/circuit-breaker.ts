import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleType } from 'cockatiel';
import { type IdpAnswer, type IdpRequest, IdpRequestError, requestIdp } from './idp-request.ts';

/** After so many requests in a row without an answer, an endpoint counts as dead. */
const FAILURES_UNTIL_OPEN = 5;
/** How long a dead endpoint is left alone before one request tries it again, in milliseconds. */
const REST_MS = 5_000;

/** {@link requestIdp} for one endpoint. */
export type AskIdp = (url: string, request?: IdpRequest) => Promise<IdpAnswer>;

/**
 * Asks one endpoint of an IdP, and when it is dead says so at once: no call waits for a time-out that others have
 * waited for already.
 */
export function createIdpRequester(): AskIdp {
  // A whole answer, however useless, held nobody up: else bad tokens that the IdP redirects would shut good ones out.
  const withoutAnswer = handleType(IdpRequestError, ({ answered }) => !answered);
  const breaker = circuitBreaker(withoutAnswer, {
    halfOpenAfter: REST_MS,
    breaker: new ConsecutiveBreaker(FAILURES_UNTIL_OPEN),
  });
  return async (url, request) => {
    // One request tries a dead endpoint again: the breaker would have the others wait for its time-out too.
    if (breaker.state === CircuitState.HalfOpen) throw leftAlone(url, new BrokenCircuitError());
    try {
      return await breaker.execute(() => requestIdp(url, request));
    } catch (error) {
      throw error instanceof BrokenCircuitError ? leftAlone(url, error) : error;
    }
  };
}

function leftAlone(url: string, cause: BrokenCircuitError): IdpRequestError {
  return new IdpRequestError(
    url,
    `gave no answer ${FAILURES_UNTIL_OPEN} times in a row and is left alone for a while`,
    cause,
  );
}
