import { readdirSync, readFileSync } from 'node:fs';

/** The time that all threads of a process have run on a processor, in milliseconds; only Linux tells. */
export function processorTime(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const threads = readdirSync(`/proc/${pid}/task`);
  // The first number of schedstat: https://docs.kernel.org/scheduler/sched-stats.html
  const times = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  );
  return times.reduce((sum, nanoseconds) => sum + nanoseconds, 0) / 1e6;
}
