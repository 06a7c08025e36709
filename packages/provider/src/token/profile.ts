import { BulkheadRejectedError } from 'cockatiel';
import { VerificationUndecidedError } from '../errors.ts';
import { createTurnsOfEach } from '../idp/turns.ts';
import type { ReadProfile } from './proof.ts';
import type { IdentifiedUser } from './user.ts';

/** How many questions about one user's tokens are under way at once, and how many wait. */
const MAX_UNDER_WAY = 16;
const MAX_WAITING = 200;

/**
 * Makes the question about tokens that are proved, with turns of each user's own.
 *
 * @param read asks the userinfo endpoint, by a requester of its own, which tokens of strangers can neither shut nor
 *   fill. What it throws, the function throws.
 */
export function createProfileReader(read: (token: string) => Promise<IdentifiedUser>): ReadProfile {
  const turnsOf = createTurnsOfEach(MAX_UNDER_WAY, MAX_WAITING);
  return async (token, subject) => {
    if (subject === undefined) return read(token);
    try {
      return await turnsOf(subject).execute(() => read(token));
    } catch (error) {
      if (!(error instanceof BulkheadRejectedError)) throw error;
      throw new VerificationUndecidedError(
        'too many questions about tokens of one user are under way',
        error,
      );
    }
  };
}
