import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { withPart } from '@mcp-whoami/testkit/repository';
import { z } from 'zod';
import { renderChart } from './chart.ts';
import { contestants } from './contestants.ts';
import { measure } from './measure.ts';
import { renderSummary, renderTable, report } from './report.ts';

const names = contestants.map(({ name }) => name);
const usage = `pnpm bench [--rounds N] [--seconds S] [--only ${names.slice(0, 2).join(',')}]

  --rounds   how often each server is measured, 10 unless told
  --seconds  how long each measurement takes, 1 unless told
  --only     only these, and nothing is written: ${names.join(', ')}
`;

const text = { type: 'string' } as const;
const settings = z.object({
  rounds: z.coerce.number().int().min(1).max(1000).default(10),
  seconds: z.coerce.number().min(0.1).max(600).default(1),
  only: z
    .string()
    .transform((list) => list.split(','))
    .pipe(z.array(z.enum(names)))
    .optional(),
});

function readSettings() {
  try {
    return settings.parse(parseArgs({ options: { rounds: text, seconds: text, only: text } }).values);
  } catch (error) {
    const problem = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    process.stderr.write(`${problem}\n\n${usage}`);
    process.exit(1);
  }
}

const { rounds, seconds, only } = readSettings();
const chosen = contestants.filter(({ name }) => only?.includes(name) ?? true);
const say = (line: string) => void process.stderr.write(`${line}\n`);
const { servers, pinned } = await measure({ contestants: chosen, rounds, seconds, say });
const rows = report(servers);
const table = renderTable(rows, { rounds, seconds, pinned });
process.stdout.write(`\n${table}\n`);

if (only === undefined) {
  const root = new URL('../../../', import.meta.url);
  await writeFile(new URL('docs/benchmark.svg', root), renderChart(rows));
  for (const [path, content] of [
    ['docs/benchmark.md', table],
    ['README.md', renderSummary(rows)],
  ] as const) {
    const file = new URL(path, root);
    await writeFile(file, withPart(await readFile(file, 'utf8'), { marker: 'benchmark', content }));
  }
  say('\nwritten to docs/benchmark.md and .svg, and to the README');
}
