import { type AskOfUser, inTurnsOfUsers } from './questions-of-users.ts';
import { createUserinfoReader, type IdentifiedUser } from './userinfo.ts';

/** Asks whose token it is that was proved already. */
export type ReadProfile = AskOfUser<IdentifiedUser>;

/**
 * Makes the question about tokens that are proved: to the same endpoint as {@link createUserinfoReader}, but with a
 * requester of its own, which tokens of strangers can neither shut nor fill, and turns of each user's own.
 *
 * The function throws as that one does.
 */
export function createProfileReader(...ofUserinfo: Parameters<typeof createUserinfoReader>): ReadProfile {
  return inTurnsOfUsers(createUserinfoReader(...ofUserinfo));
}
