import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';
import { createIdpRequester } from './circuit-breaker.ts';
import { IDP_TIMEOUT_MS } from './idp-request.ts';

/** Least time between two requests for the keys because of an unknown `kid`, in milliseconds. */
const COOLDOWN_MS = 10_000;

/**
 * An issuer's published keys (RFC 7517 §5): fetched when first needed, again after a while, and when a token names
 * a key that is not among them. Keys that are known go on to serve while the IdP can not be asked for them.
 */
export function createKeySet(jwksUri: string): JWTVerifyGetKey {
  const ask = createIdpRequester();
  const remote = createRemoteJWKSet(new URL(jwksUri), {
    cooldownDuration: COOLDOWN_MS,
    timeoutDuration: IDP_TIMEOUT_MS,
    [customFetch]: async (url) => {
      const { status, headers, body } = await ask(url);
      return new Response(body, { status, headers });
    },
  });
  return async (header, token) => {
    try {
      return await remote(header, token);
    } catch (error) {
      const known = remote.jwks();
      if (known === undefined || saysSomethingOfTheKeys(error)) throw error;
      return createLocalJWKSet(known)(header, token).catch((failure: unknown) => {
        // That the key is not among the old ones says nothing while the new ones can not be had.
        throw failure instanceof errors.JWKSNoMatchingKey ? error : failure;
      });
    }
  };
}

function saysSomethingOfTheKeys(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;
}
