import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Contestant } from './contestants.ts';
import { chooseCores } from './cores.ts';
import { load } from './load.ts';
import { CONNECTIONS, startIdp } from './measure.ts';
import { startServer } from './running-server.ts';

/** What `node --cpu-prof` writes: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
const cpuProfile = z.object({
  nodes: z.array(
    z.object({ id: z.number(), callFrame: z.object({ functionName: z.string(), url: z.string() }) }),
  ),
  samples: z.array(z.number()),
  /** Microseconds before each sample. */
  timeDeltas: z.array(z.number()),
});

/** How much of the time each part of the program takes, itself and without what it calls. */
export type Shares = readonly { part: string; share: number }[];

/** Samples of the start and of the first calls, whose code is not compiled yet, are left out. */
const SHARE_OF_START = 0.4;

/** Runs a server with `--cpu-prof` while it is called, and says what its time was spent on. */
export async function profile(contestant: Contestant, seconds: number): Promise<Shares> {
  const cores = chooseCores();
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true }));
  const idp = await startIdp(0, cores, stack);
  {
    const options = ['--cpu-prof', `--cpu-prof-dir=${folder}`];
    await using server = await startServer(contestant, idp, cores?.server, options);
    await load(server, CONNECTIONS, seconds);
  }
  const [file = ''] = await readdir(folder);
  return sharesOf(JSON.parse(await readFile(join(folder, file), 'utf8')));
}

/** The parts of a profile with their shares, the largest first. */
export function sharesOf(json: unknown): Shares {
  const { nodes, samples, timeDeltas } = cpuProfile.parse(json);
  const parts = new Map(nodes.map(({ id, callFrame }) => [id, partOf(callFrame)]));
  const times = new Map<string, number>();
  const first = Math.floor(samples.length * SHARE_OF_START);
  for (const [index, id] of samples.entries()) {
    const part = parts.get(id);
    if (index < first || part === undefined) continue;
    times.set(part, (times.get(part) ?? 0) + (timeDeltas[index] ?? 0));
  }
  const total = [...times.values()].reduce((sum, time) => sum + time, 0);
  return [...times].map(([part, time]) => ({ part, share: time / total })).sort((a, b) => b.share - a.share);
}

const partsOfPackages: readonly [string, readonly string[]][] = [
  ['MCP SDK', ['@modelcontextprotocol/', 'hono', '@hono/']],
  ['zod, for the checks of the SDK', ['zod']],
  ['Ajv, for the SDK', ['ajv', 'fast-uri', 'fast-deep-equal', 'json-schema-traverse']],
  ['mcp-auth', ['mcp-auth']],
];

/** Nothing for a time in which the program waits. */
function partOf({ functionName, url }: { functionName: string; url: string }): string | undefined {
  if (functionName === '(idle)' || functionName === '(root)') return undefined;
  if (functionName === '(garbage collector)') return 'garbage collection';
  if (url === '' || url.startsWith('node:')) return 'Node itself: sockets, HTTP, JSON, streams';
  const named = /.*\/node_modules\/(.+)$/.exec(url)?.[1];
  if (named === undefined) return 'this repository';
  const known = partsOfPackages.find(([, names]) => names.some((name) => named.startsWith(name)));
  return known?.[0] ?? 'Express and its packages';
}

/** The shares as Markdown. */
export function renderShares(contestant: Contestant, shares: Shares): string {
  const lines = shares.map(({ part, share }) => `| ${part} | ${(share * 100).toFixed(0)} % |`);
  return [`| ${contestant.title} | of its time |`, '| --- | ---: |', ...lines].join('\n');
}
