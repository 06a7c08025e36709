import type { GuardLogger } from '@mcp-whoami/guard';
import { isIdpUnreachable, type ProviderConnection } from '@mcp-whoami/provider';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';

/** Least and longest time between two attempts, in milliseconds. */
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 5_000;

/**
 * Connects, and tries again for as long as the IdP can't be reached: a container next to one that is slow to start
 * needs that. What is wrong with the configuration still ends it at once.
 */
export function connectPatiently(
  connect: () => Promise<ProviderConnection>,
  logger: GuardLogger,
): Promise<ProviderConnection> {
  const policy = retry(handleWhen(isIdpUnreachable), {
    maxAttempts: Number.POSITIVE_INFINITY,
    backoff: new ExponentialBackoff({ initialDelay: FIRST_DELAY_MS, maxDelay: LONGEST_DELAY_MS }),
  });
  policy.onRetry((event) => {
    const reason = 'error' in event && event.error instanceof Error ? event.error.message : '';
    logger.warn(
      { reason: 'idp_unavailable', delay: Math.round(event.delay) },
      `waiting for the IdP: ${reason}`,
    );
  });
  return policy.execute(connect);
}
