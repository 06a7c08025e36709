import { LRUCache } from 'lru-cache';

/** How many parties are told apart: the one that was quiet for longest is forgotten first. */
const MAX_PARTIES = 10_000;

/** Too many wait for a turn already, or one came too late. */
export class NoTurnError extends Error {
  readonly code = 'no_turn';

  constructor() {
    super('too many wait for a turn');
    this.name = 'NoTurnError';
  }
}

/** A bounded number of things under way at once. */
export interface Turns {
  /** Runs something when its turn comes. Throws {@link NoTurnError} where too many wait already. */
  execute<Result>(run: () => Promise<Result>): Promise<Result>;
}

/**
 * Gives turns in the order in which they are asked for: one that ends is handed to whoever waits longest. Where it
 * were free for a moment first (cockatiel's `bulkhead`), a flood would take it each time, and who waits would go on
 * waiting.
 */
export function createTurns(maxUnderWay: number, maxWaiting: number): Turns {
  let underWay = 0;
  const waiting: (() => void)[] = [];
  const handOn = () => {
    const next = waiting.shift();
    if (next === undefined) underWay -= 1;
    else next();
  };
  return {
    execute: async (run) => {
      if (underWay < maxUnderWay) underWay += 1;
      else if (waiting.length >= maxWaiting) throw new NoTurnError();
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await run();
      } finally {
        handOn();
      }
    },
  };
}

/** Gives each party turns of its own, so that none takes those of another. */
export function createTurnsOfEach(maxUnderWay: number, maxWaiting: number): (party: string) => Turns {
  const parties = new LRUCache<string, Turns>({ max: MAX_PARTIES });
  return (party) => {
    const turns = parties.get(party) ?? createTurns(maxUnderWay, maxWaiting);
    parties.set(party, turns);
    return turns;
  };
}
