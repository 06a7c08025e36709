import type { NameOf } from '@mcp-whoami/environment';
import { VerificationUndecidedError } from '../errors.ts';
import { steadyNow } from '../steady-clock.ts';
import type { WarningLogger } from '../warning-logger.ts';

/** What becomes of a proved token while the IdP cannot be asked whether it was revoked. */
export type RevocationCheck = 'best-effort' | 'required';

/** Least time between two warnings, in milliseconds. */
const WARNING_INTERVAL_MS = 10_000;

/**
 * Decides on a proved token whose revocation the IdP could not be asked about. The function throws what it is given
 * where the check is `required`; otherwise it warns, not for each token but with their count.
 */
export function createUncheckedRevocation(check: RevocationCheck, nameOf: NameOf, logger: WarningLogger) {
  const required = nameOf('revocation', 'required');
  let sinceWarning = 0;
  let total = 0;
  let warnedAt = Number.NEGATIVE_INFINITY;
  return (failure: VerificationUndecidedError): void => {
    if (check === 'required') {
      const reason = `the IdP cannot be asked whether the token was revoked, and ${required}: ${failure.logMessage}`;
      throw new VerificationUndecidedError(reason, failure.cause);
    }
    sinceWarning += 1;
    total += 1;
    if (steadyNow() - warnedAt < WARNING_INTERVAL_MS) return;
    warnedAt = steadyNow();
    logger.warn(
      { reason: 'revocation_unchecked', skipped: sinceWarning, total },
      `the IdP could not be asked whether tokens were revoked, which are accepted all the same: ${failure.logMessage}. ${required} answers 503 instead`,
    );
    sinceWarning = 0;
  };
}
