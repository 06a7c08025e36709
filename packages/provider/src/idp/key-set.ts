import { hash } from 'node:crypto';
import {
  createLocalJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTHeaderParameters,
  type JWTVerifyGetKey,
} from 'jose';
import { LRUCache } from 'lru-cache';
import { steadyClock, steadyNow } from '../steady-clock.ts';
import type { Caller } from '../token/access-token-info.ts';
import type { WarningLogger } from '../warning-logger.ts';
import { readKeys } from './published-keys.ts';
import { createRefreshShares } from './refresh-shares.ts';
import { IdpRequestError, requestIdp } from './request.ts';

/** The time in which a refresh that was used comes back, in milliseconds. */
const COOLDOWN_MS = 10_000;
/** Age at which the keys are fetched again while they go on to serve, in milliseconds. */
const REFRESH_AGE_MS = 5 * 60_000;
/** Age at which a token waits for the answer: nobody has called for so long that a key may be gone since. */
const STALE_AGE_MS = 10 * 60_000;
/** How many key ids are remembered as not published, for a cooldown. */
const MAX_ABSENT = 1_000;
/** How long a logout token waits for refreshes, in milliseconds. */
const MAX_PATIENCE_MS = 2 * COOLDOWN_MS;

/** All who send logout tokens, as one caller: they wait, and anybody may be among them. */
const LOGOUT_TOKENS = 'logout tokens';

/** An issuer's keys, found by the header of a token. */
export interface KeySet {
  /** Throws {@link IdpRequestError} while a key that is not known may not be asked for. */
  find: JWTVerifyGetKey;
  /** The same for a token that somebody sends, who has a share of the refreshes. */
  findFor(caller: Caller): JWTVerifyGetKey;
  /** Waits until it may be asked for, for what is sent only once. */
  findPatiently: JWTVerifyGetKey;
}

export interface KeySetOptions {
  /** Seconds for which keys that cannot be refreshed go on to serve, and the name of the setting that says it. */
  maxAge: number;
  maxAgeName: string;
  logger: WarningLogger;
}

/** Keys that are at hand: those of an authorization server in this process. */
export function keysAtHand(keys: JSONWebKeySet): KeySet {
  const find = createLocalJWKSet(keys);
  return { find, findFor: () => find, findPatiently: find };
}

interface FetchedKeys {
  find: ReturnType<typeof createLocalJWKSet>;
  /** When they were asked for, by the monotonic clock, in milliseconds. */
  askedAt: number;
  /** By the steady clock, in milliseconds. */
  arrivedAt: number;
  /** Whether a refresh of them has failed. */
  kept: boolean;
}

/** A key cannot be asked for yet. */
class RefreshNotAllowedError extends IdpRequestError {
  /** Milliseconds until it can. */
  readonly wait: number;

  constructor(url: string, wait: number) {
    const reason =
      'was asked several times just now for keys that tokens name and it does not publish: until it is asked again nothing is known of another one';
    super(url, reason, {
      outcome: 'not asked',
      retryAfter: wait / 1000,
    });
    this.name = 'RefreshNotAllowedError';
    this.wait = wait;
  }
}

/**
 * An issuer's published keys (RFC 7517 §5): fetched when first needed, again in the background as they age, and when
 * a token names a key that is not among them. A few such refreshes are made at will, then one in each cooldown, and
 * until the next nothing is said of a key that is not known. Keys that are known go on to serve while the IdP cannot
 * be asked for them, up to a bound.
 */
export function createKeySet(url: string, { maxAge, maxAgeName, logger }: KeySetOptions): KeySet {
  const allowance = createRefreshShares(COOLDOWN_MS);
  const absent = new LRUCache<string, true>({
    max: MAX_ABSENT,
    ttl: COOLDOWN_MS,
    ...steadyClock,
  });
  let current: FetchedKeys | undefined;
  let refreshedAt = Number.NEGATIVE_INFINITY;
  let underWay: Promise<FetchedKeys> | undefined;

  const fetchKeys = async (): Promise<FetchedKeys> => {
    refreshedAt = steadyNow();
    const askedAt = performance.now();
    try {
      const find = createLocalJWKSet(readKeys(url, await requestIdp(url)));
      current = { find, askedAt, arrivedAt: steadyNow(), kept: false };
      return current;
    } catch (error) {
      if (current !== undefined) current.kept = true;
      const known =
        current === undefined ? 'no keys are known yet' : `those known are ${describeAge(current)}`;
      logger.warn(
        { reason: 'keys_not_refreshed' },
        `the issuer’s keys cannot be refreshed: ${error instanceof Error ? error.message : String(error)}; ${known}. Tokens that need others get 503: see whether the IdP can be reached from here`,
      );
      throw error;
    } finally {
      underWay = undefined;
    }
  };
  /** The one that is under way, or a new one. */
  const refresh = async (caller?: Caller): Promise<FetchedKeys> => {
    if (underWay === undefined) {
      if (!allowance.take(caller)) throw new RefreshNotAllowedError(url, allowance.wait());
      underWay = fetchKeys();
    }
    return underWay;
  };

  /** Keys that may serve, refreshed as they age. */
  const usableKeys = async (): Promise<FetchedKeys> => {
    if (current === undefined) return refresh();
    const keys = current;
    const age = steadyNow() - keys.arrivedAt;
    const outdated = age >= maxAge * 1000;
    if (age < REFRESH_AGE_MS && !outdated) return keys;
    const left = COOLDOWN_MS - (steadyNow() - refreshedAt);
    const refreshed = left > 0 ? underWay : refresh();
    if (outdated) {
      if (refreshed !== undefined) return refreshed;
      throw new IdpRequestError(
        url,
        `could not be asked for the keys since ${describeAge(keys)}: older than ${maxAge} seconds (${maxAgeName}) they do not serve`,
        { outcome: 'not asked', retryAfter: left / 1000 },
      );
    }
    // One that fails leaves the keys that are known, and no call waits for the next: they go on to serve.
    const settled = refreshed?.catch(() => keys);
    return age >= STALE_AGE_MS && !keys.kept && settled !== undefined ? settled : keys;
  };

  const findFor =
    (caller?: Caller): JWTVerifyGetKey =>
    async (header, token) => {
      const cameAt = performance.now();
      let keys = await usableKeys();
      for (;;) {
        try {
          return await keys.find(header, token);
        } catch (error) {
          const id = absentId(header);
          if (!(error instanceof errors.JWKSNoMatchingKey) || absent.has(id)) throw error;
          // Only keys that were asked for after the token came say that its key is not published.
          if (keys.askedAt >= cameAt) {
            absent.set(id, true);
            throw error;
          }
          keys = await refresh(caller);
        }
      }
    };
  const findLogoutKey = findFor(LOGOUT_TOKENS);

  return {
    find: findFor(),
    findFor,
    findPatiently: async (header, token) => {
      const deadline = steadyNow() + MAX_PATIENCE_MS;
      for (;;) {
        try {
          return await findLogoutKey(header, token);
        } catch (error) {
          if (!(error instanceof RefreshNotAllowedError) || steadyNow() + error.wait > deadline) throw error;
          await new Promise((resolve) => setTimeout(resolve, error.wait));
        }
      }
    },
  };
}

function describeAge({ arrivedAt }: FetchedKeys): string {
  return `${Math.floor((steadyNow() - arrivedAt) / 1000)} seconds old`;
}

/** What a key is looked for by, of a bounded length. */
function absentId({ alg, kid }: JWTHeaderParameters): string {
  return hash('sha256', JSON.stringify([alg, kid]), 'base64');
}
