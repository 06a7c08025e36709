import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Which core each process runs on; nothing where they cannot be pinned. */
export interface Cores {
  server: number;
  load: number;
  idp: number;
}

/**
 * One core for the server under test and another one for the load, which the identity provider shares where
 * there are only two. Linux with `taskset` and two cores, or nothing is pinned.
 */
export function chooseCores(): Cores | undefined {
  if (process.platform !== 'linux') return undefined;
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  const allowed = list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
  const [server, load, idp = load] = allowed;
  if (server === undefined || load === undefined || idp === undefined) return undefined;
  try {
    // This process is the load.
    execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(load), String(process.pid)]);
  } catch {
    return undefined;
  }
  return { server, load, idp };
}
