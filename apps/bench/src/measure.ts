import { fileURLToPath } from 'node:url';
import { type Announcement, announcement } from './announcement.ts';
import type { Contestant } from './contestants.ts';
import { type Cores, chooseCores } from './cores.ts';
import { load } from './load.ts';
import { runProgram } from './program.ts';
import { type RunningServer, startServer } from './running-server.ts';

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
  /** The same with the slow one; none for a server without an identity provider. */
  throughputSlow: number[];
  /** The median time to an answer at one connection with the slow identity provider, in milliseconds. */
  latencySlow: number[];
  /** Milliseconds from the start of the process to its first right answer. */
  readyAfter: number;
  /** Of an answer's body, in bytes. */
  answerSize: number;
}

export interface Measurement {
  servers: Measured[];
  /** Whether each process had its core. */
  pinned: boolean;
}

/** Runs every server at the same time and calls one after the other, so that a slow moment hits all. */
export async function measure({ contestants, rounds, seconds, say }: Plan): Promise<Measurement> {
  const cores = chooseCores();
  await using stack = new AsyncDisposableStack();
  const fastIdp = await startIdp(0, cores, stack);
  const slowIdp = await startIdp(SLOW_IDP_MS, cores, stack);
  const entries: { measured: Measured; fast: RunningServer; slow: RunningServer | undefined }[] = [];
  for (const contestant of contestants) {
    say(`starting ${contestant.name}`);
    const start = async (idp: Announcement) => stack.use(await startServer(contestant, idp, cores?.server));
    const fast = await start(fastIdp);
    const slow = contestant.token && (await start(slowIdp));
    const { readyAfter, answerSize } = fast;
    const none = { throughput: [], cost: [], throughputSlow: [], latencySlow: [] };
    entries.push({ measured: { contestant, ...none, readyAfter, answerSize }, fast, slow });
  }

  const warmUp = Math.min(WARM_UP_SECONDS, 2 * seconds);
  for (const { fast, slow } of entries) {
    await load(fast, CONNECTIONS, warmUp);
    if (slow !== undefined) await load(slow, CONNECTIONS, warmUp);
  }
  for (let round = 1; round <= rounds; round += 1) {
    say(`round ${round} of ${rounds}`);
    for (const { measured, fast, slow } of entries) {
      const { requestsPerSecond, cost } = await load(fast, CONNECTIONS, seconds);
      measured.throughput.push(requestsPerSecond);
      if (cost !== undefined) measured.cost.push(cost);
      if (slow !== undefined) {
        measured.throughputSlow.push((await load(slow, CONNECTIONS, seconds)).requestsPerSecond);
      }
      const { p50 } = await load(slow ?? fast, 1, seconds * SHARE_OF_ONE_CONNECTION);
      measured.latencySlow.push(p50);
    }
  }
  return { servers: entries.map(({ measured }) => measured), pinned: cores !== undefined };
}

/** Starts an identity provider that takes some milliseconds for each answer. */
export async function startIdp(
  latency: number,
  cores: Cores | undefined,
  stack: AsyncDisposableStack,
): Promise<Announcement> {
  const path = fileURLToPath(new URL('idp.ts', import.meta.url));
  const idp = stack.use(await runProgram(path, { LATENCY_MS: String(latency) }, /^{/, cores?.idp));
  return announcement.parse(JSON.parse(idp.ready));
}
