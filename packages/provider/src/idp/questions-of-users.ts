import { VerificationUndecidedError } from '../errors.ts';
import type { AskOfUser } from '../token/proof.ts';
import { createTurnsOfEach, NoTurnError } from './turns.ts';

/** How many questions about one user's tokens are under way at once, and how many wait. */
const MAX_UNDER_WAY = 16;
const MAX_WAITING = 200;

/** Gives each user turns of its own at a question about proved tokens, which throws as before and where too many wait. */
export function inTurnsOfUsers<Answer>(ask: (token: string) => Promise<Answer>): AskOfUser<Answer> {
  const turnsOf = createTurnsOfEach(MAX_UNDER_WAY, MAX_WAITING);
  return async (token, subject) => {
    if (subject === undefined) return ask(token);
    try {
      return await turnsOf(subject).execute(() => ask(token));
    } catch (error) {
      if (!(error instanceof NoTurnError)) throw error;
      throw new VerificationUndecidedError(
        'too many questions about tokens of one user are under way',
        error,
      );
    }
  };
}
