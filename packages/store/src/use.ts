/**
 * Which use of a record it was:
 *
 * - `first`: the first one, permitted
 * - `again`: the second one, and within the grace: permitted, as clients race with themselves
 * - `refused`: one more within the grace. It is not a sign of a theft
 * - `reused`: one after the grace: what the record gave should end (RFC 6749 §4.1.2, RFC 9700 §4.14.2)
 * - `absent`: there is no such record
 */
export type Use = 'first' | 'again' | 'refused' | 'reused' | 'absent';

/** Which use it was that a driver has just counted. All durations in seconds. */
export const useOf = ({ uses, sinceFirst }: { uses: number; sinceFirst: number }, grace: number): Use => {
  if (uses === 1) return 'first';
  if (sinceFirst >= grace) return 'reused';
  return uses === 2 ? 'again' : 'refused';
};
