import type { WarningLogger } from '@mcp-whoami/provider';
import { type Store, withLock } from '@mcp-whoami/store';
import type { Admission } from '../admission.ts';
import { askStore, TemporarilyUnavailableError } from '../unavailable.ts';
import { isUpstreamRefused, isUpstreamUnavailable } from '../upstream/errors.ts';
import type { UpstreamClient } from '../upstream/sign-in.ts';
import { type Access, type Grants, now } from './grants.ts';

/** How long the IdP's word about a person holds, in seconds. */
export const RECHECK_INTERVAL_SECONDS = 15 * 60;

/** How exactly a person is told when access was last used, in seconds. */
const USE_INTERVAL_SECONDS = 60;

/**
 * Seconds: how long one process may ask for all others, which is longer than an answer takes, and how long those wait
 * for it. A refresh token of the IdP that rotates must not be used twice.
 */
const LOCK = { lifetime: 45, wait: 30 };

export interface RecheckOptions {
  store: Store;
  grants: Grants;
  upstream: UpstreamClient;
  admission: Admission;
  logger: WarningLogger;
}

/**
 * Makes the question that comes before each refresh: whether the IdP still knows the person, and whether they may
 * still come. It is asked at most once in a quarter of an hour for a grant, by one of all processes. A grant whose
 * person is out has ended afterwards.
 *
 * The function throws {@link TemporarilyUnavailableError} when nobody can say, and then nothing has changed.
 */
export function createRecheck({ store, grants, upstream, admission, logger }: RecheckOptions) {
  const end = async (grantId: string, reason: string, message: string) => {
    logger.warn({ reason }, `${message}: the grant has ended`);
    await grants.end(grantId);
    return undefined;
  };

  const ask = async (grantId: string, known: Access): Promise<Access | undefined> => {
    try {
      const { subject, identity, session } = await upstream.revalidate(known.session, (rotated) =>
        grants.update(grantId, { session: rotated }),
      );
      if (subject !== known.subject)
        return await end(
          grantId,
          'upstream_mismatch',
          `${upstream.title} answers for another person at a refresh`,
        );
      const checked = { claims: identity.claims, session, lastUsed: now(), checkedAt: now() };
      await grants.update(grantId, checked);
      if (admission.admit(subject, identity)) return { ...known, ...checked };
      return await end(
        grantId,
        'not_admitted',
        `no longer among who may come: ${admission.explain(subject, identity)}`,
      );
    } catch (error) {
      if (isUpstreamRefused(error)) return end(grantId, error.code, error.logMessage);
      if (!isUpstreamUnavailable(error)) throw error;
      throw new TemporarilyUnavailableError(error.message, error.logMessage, error.retryAfter);
    }
  };

  const used = async (grantId: string, known: Access): Promise<Access> => {
    if (now() - known.lastUsed >= USE_INTERVAL_SECONDS) await grants.update(grantId, { lastUsed: now() });
    return known;
  };

  const isFresh = ({ checkedAt }: Access) => now() - checkedAt < RECHECK_INTERVAL_SECONDS;

  return async (grantId: string): Promise<Access | undefined> => {
    const known = await grants.find(grantId);
    if (known === undefined) return undefined;
    if (isFresh(known)) return used(grantId, known);
    return askStore(() =>
      withLock(store, { kind: 'recheck', id: grantId }, LOCK, async () => {
        const current = await grants.find(grantId);
        return current === undefined || isFresh(current) ? current : ask(grantId, current);
      }),
    );
  };
}
