import { type BulkheadPolicy, bulkhead } from 'cockatiel';
import { LRUCache } from 'lru-cache';

/** How many parties are told apart: the one that was quiet for longest is forgotten first. */
const MAX_PARTIES = 10_000;

/** Runs something when its turn comes, or throws `BulkheadRejectedError` where too many wait already. */
export type Turns = Pick<BulkheadPolicy, 'execute'>;

/** Gives each party turns of its own, so that none takes those of another. */
export function createTurnsOfEach(maxUnderWay: number, maxWaiting: number): (party: string) => Turns {
  const parties = new LRUCache<string, Turns>({ max: MAX_PARTIES });
  return (party) => {
    const turns = parties.get(party) ?? bulkhead(maxUnderWay, maxWaiting);
    parties.set(party, turns);
    return turns;
  };
}
