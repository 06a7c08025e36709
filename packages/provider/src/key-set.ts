import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type JWKSCacheInput,
  type JWTVerifyGetKey,
  jwksCache,
} from 'jose';
import { z } from 'zod';
import { jsonObject } from './authorization-server-metadata.ts';
import { createIdpRequester } from './circuit-breaker.ts';
import { excessOf } from './claims-limits.ts';
import {
  IDP_TIMEOUT_MS,
  type IdpAnswer,
  IdpRequestError,
  isOutage,
  outageError,
  parseJson,
} from './idp-request.ts';

/** Least time between two refreshes, because of an unknown `kid` or of the keys' age, in milliseconds. */
const COOLDOWN_MS = 10_000;
/** Age at which the keys are fetched again while they go on to serve, in milliseconds. */
const REFRESH_AGE_MS = 5 * 60_000;
/** Age at which a token waits for the answer: nobody has called for so long that a key may be gone since. */
const STALE_AGE_MS = 10 * 60_000;

/**
 * What is not an object is not a key (RFC 7517 §5: implementations should ignore what they do not understand), and
 * jose would refuse the whole set for it.
 */
const someKeys = z.object({
  keys: z
    .array(z.unknown())
    .transform((keys) =>
      keys.filter((key) => jsonObject.safeParse(key).success && excessOf(key) === undefined),
    )
    .refine((keys) => keys.length > 0),
});

/**
 * An issuer's published keys (RFC 7517 §5): fetched when first needed, again in the background as they age, and when
 * a token names a key that is not among them. Keys that are known go on to serve while the IdP can not be asked for
 * them.
 */
export function createKeySet(jwksUri: string): JWTVerifyGetKey {
  const ask = createIdpRequester(requireKeys);
  const fetched: JWKSCacheInput = {};
  const remote = createRemoteJWKSet(new URL(jwksUri), {
    // Both are looked at below: here the first fetch would count as a refresh, and each call wait for a new set.
    cooldownDuration: Number.POSITIVE_INFINITY,
    cacheMaxAge: Number.POSITIVE_INFINITY,
    timeoutDuration: IDP_TIMEOUT_MS,
    [jwksCache]: fetched,
    [customFetch]: async (url) => {
      const { body } = await ask(url);
      return Response.json(someKeys.parse(parseJson(body)));
    },
  });

  let refreshedAt = Number.NEGATIVE_INFINITY;
  let refreshed = Promise.resolve();
  /** The last refresh, which within the cooldown is not repeated, even if it failed. */
  const refresh = (): Promise<void> => {
    if (timeBetween(refreshedAt, Date.now()) >= COOLDOWN_MS) {
      refreshedAt = Date.now();
      refreshed = remote.reload();
    }
    return refreshed;
  };

  /** The arrival of the keys that a refresh could not replace. */
  let notRefreshed: number | undefined;
  const refreshWithAge = async (): Promise<void> => {
    const arrivedAt = fetched.uat ?? Date.now();
    const age = timeBetween(arrivedAt, Date.now());
    if (age < REFRESH_AGE_MS) return;
    // One that fails leaves the keys that are known, and no call waits for the next: they go on to serve.
    const done = refresh().catch(() => {
      notRefreshed = arrivedAt;
    });
    if (age >= STALE_AGE_MS && notRefreshed !== arrivedAt) await done;
  };

  return async (header, token) => {
    await refreshWithAge();
    try {
      return await remote(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      // While the new keys can not be had, that the key is not among the old ones says nothing.
      await refresh();
      return remote(header, token);
    }
  };
}

/** In milliseconds. Time that a clock was set back by counts as any other: else it would put off every refresh. */
const timeBetween = (earlier: number, later: number) => Math.abs(later - earlier);

/** An issuer that signs has a key: an answer with none says nothing of any token, and takes back none that is known. */
function requireKeys(url: string, answer: IdpAnswer) {
  if (isOutage(answer.status)) throw outageError(url, answer);
  if (answer.status !== 200) throw new IdpRequestError(url, `answers ${answer.status}`);
  if (!someKeys.safeParse(parseJson(answer.body)).success)
    throw new IdpRequestError(url, 'publishes no keys');
}
