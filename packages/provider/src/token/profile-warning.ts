import { steadyNow } from '../steady-clock.ts';
import type { WarningLogger } from '../warning-logger.ts';

/** How often it is said that profiles are missing, in milliseconds: each call would be a reason. */
const INTERVAL_MS = 10 * 60_000;

/** Makes the warning that the profiles of users are missing from their claims, and why. */
export function createProfileWarning(logger: WarningLogger): (reason: string) => void {
  let saidAt = Number.NEGATIVE_INFINITY;
  return (reason) => {
    if (steadyNow() - saidAt < INTERVAL_MS) return;
    saidAt = steadyNow();
    logger.warn({ reason: 'profile_missing' }, `a user’s profile is missing from the claims: ${reason}`);
  };
}
