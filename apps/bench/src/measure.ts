import type { Contestant } from './contestants.ts';
import { chooseCores } from './cores.ts';
import { load } from './load.ts';
import { startIdp, startServer } from './running-server.ts';

/** How many clients call at once where the number of answers is measured. */
export const CONNECTIONS = 32;
/** How long the slow identity provider takes for an answer, in milliseconds. */
export const SLOW_IDP_MS = 20;
/** How long a server is called before the first round, in seconds: its code is compiled by then. */
const WARM_UP_SECONDS = 2;
/** How much of a round's time the calls over one connection get. */
const SHARE_OF_ONE_CONNECTION = 0.5;

export interface Plan {
  contestants: readonly Contestant[];
  rounds: number;
  /** Of each measurement. */
  seconds: number;
  /** Told what happens. */
  say(line: string): void;
}

/** What was measured of one server, an entry for each round. */
export interface Measured {
  contestant: Contestant;
  /** Answers per second with an identity provider that takes no time. */
  throughput: number[];
  /** What an answer cost the server meanwhile, in microseconds of processor time; none where the system is silent. */
  cost: number[];
  /** The median time to an answer at one connection with the slow identity provider, in milliseconds. */
  latencySlow: number[];
  /** Milliseconds from the start of the process to its first right answer. */
  readyAfter: number;
  /** Of an answer's body, in bytes. */
  answerSize: number;
}

/** Runs every server at the same time and calls one after the other, so that a slow moment hits all. */
export async function measure({ contestants, rounds, seconds, say }: Plan) {
  const cores = chooseCores();
  await using stack = new AsyncDisposableStack();
  const fastIdp = await startIdp(0, stack, cores?.idp);
  const slowIdp = await startIdp(SLOW_IDP_MS, stack, cores?.idp);
  const running = [];
  for (const contestant of contestants) {
    say(`starting ${contestant.name}`);
    const fast = stack.use(await startServer(contestant, fastIdp, cores?.server));
    const slow = contestant.token ? stack.use(await startServer(contestant, slowIdp, cores?.server)) : fast;
    const { readyAfter, answerSize } = fast;
    const measured: Measured = {
      contestant,
      throughput: [],
      cost: [],
      latencySlow: [],
      readyAfter,
      answerSize,
    };
    running.push({ measured, fast, slow });
    await load(fast, CONNECTIONS, Math.min(WARM_UP_SECONDS, 2 * seconds));
  }
  for (let round = 1; round <= rounds; round += 1) {
    say(`round ${round} of ${rounds}`);
    for (const { measured, fast, slow } of running) {
      const { requestsPerSecond, cost } = await load(fast, CONNECTIONS, seconds);
      measured.throughput.push(requestsPerSecond);
      if (cost !== undefined) measured.cost.push(cost);
      measured.latencySlow.push((await load(slow, 1, seconds * SHARE_OF_ONE_CONNECTION)).p50);
    }
  }
  return { servers: running.map(({ measured }) => measured), pinned: cores !== undefined };
}
