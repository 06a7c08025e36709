import { readdirSync, readFileSync } from 'node:fs';
import autocannon from 'autocannon';
import { callOf } from './call.ts';
import { median } from './median.ts';
import type { RunningServer } from './running-server.ts';

export interface Load {
  requestsPerSecond: number;
  /** Median of the time to an answer, in milliseconds. */
  p50: number;
  /** What an answer costs the server in processor time, in microseconds, where the system tells. */
  cost: number | undefined;
}

/** How long the first answer is waited for, in seconds. */
const LONGEST_SECONDS = 10;
/** A run ends with a sample, in milliseconds. */
const SAMPLE_INTERVAL_MS = 20;

/**
 * Calls a server over some connections for a time, each the next call when it has its answer.
 *
 * @param seconds at least the tenth of one.
 * @throws {Error} when a single answer was wrong.
 */
export async function load(server: RunningServer, connections: number, seconds: number): Promise<Load> {
  const { url, pid, headers, expected, contestant } = server;
  const latencies: number[] = [];
  const before = processorTime(pid);
  const begin = performance.now();
  const { errors, timeouts, non2xx, mismatches } = await new Promise<autocannon.Result>((resolve, reject) => {
    const run = autocannon(
      {
        url,
        ...callOf(contestant),
        headers,
        connections,
        duration: seconds,
        sampleInt: SAMPLE_INTERVAL_MS,
        verifyBody: (body) => String(body).includes(expected),
      },
      (error, result) => (error ? reject(error) : resolve(result)),
    );
    run.on('response', (_client, _status, _bytes, milliseconds) => latencies.push(milliseconds));
  });
  // On a busy machine the whole time may pass before an answer.
  const nothing = latencies.length + errors + timeouts + non2xx + mismatches === 0;
  if (nothing && seconds < LONGEST_SECONDS) return load(server, connections, seconds * 2);
  const after = processorTime(pid);
  const elapsed = (performance.now() - begin) / 1000;
  if (errors + timeouts + non2xx + mismatches > 0 || latencies.length === 0) {
    throw new Error(
      `${contestant.name}: ${latencies.length} answers, ${non2xx} refused, ${mismatches} wrong, ${errors} errors, ${timeouts} time-outs`,
    );
  }
  const cost =
    before === undefined || after === undefined ? undefined : ((after - before) * 1000) / latencies.length;
  return { requestsPerSecond: latencies.length / elapsed, p50: median(latencies), cost };
}

/** The time that all threads of a process have run on a processor, in milliseconds; only Linux tells. */
function processorTime(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const threads = readdirSync(`/proc/${pid}/task`);
  // The first number of schedstat: https://docs.kernel.org/scheduler/sched-stats.html
  const times = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  );
  return times.reduce((sum, nanoseconds) => sum + nanoseconds, 0) / 1e6;
}
