import { parseArgs } from 'node:util';
import { z } from 'zod';
import { contestants } from './contestants.ts';
import { writeDocuments } from './documents.ts';
import { measure } from './measure.ts';
import { profile, renderShares } from './profile.ts';
import { report } from './report.ts';
import { renderGoals, renderTable } from './table.ts';

const names = contestants.map(({ name }) => name);
const usage = `pnpm bench [--rounds N] [--seconds S] [--only ${names.slice(0, 2).join(',')}]

  --rounds   how often each server is measured, 10 unless told
  --seconds  how long each measurement takes, 1 unless told
  --only     only these, and nothing is written: ${names.join(', ')}
  --profile  says what their time is spent on, and measures nothing else
`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const settings = z.object({
  rounds: z.coerce.number().int().min(1).max(1000).default(10),
  seconds: z.coerce.number().min(0.1).max(600).default(1),
  only: z
    .string()
    .transform((list) => list.split(','))
    .pipe(z.array(z.enum(names)))
    .optional(),
  profile: z.boolean().default(false),
});

function readSettings() {
  try {
    return settings.parse(
      parseArgs({ options: { rounds: text, seconds: text, only: text, profile: flag } }).values,
    );
  } catch (error) {
    const problem = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    process.stderr.write(`${problem}\n\n${usage}`);
    process.exit(1);
  }
}

const { rounds, seconds, only, profile: profiled } = readSettings();
const chosen = contestants.filter(({ name }) => only?.includes(name) ?? true);
const print = (markdown: string) => void process.stdout.write(`\n${markdown}\n`);
const say = (line: string) => void process.stderr.write(`${line}\n`);

if (profiled) {
  for (const contestant of chosen) {
    print(renderShares(contestant, await profile(contestant, rounds * seconds)));
  }
} else {
  const measurement = await measure({ contestants: chosen, rounds, seconds, say });
  const result = report(measurement, { rounds, seconds });
  print(renderTable(result));
  print(renderGoals(result));
  if (only === undefined) {
    await writeDocuments(result);
    say('\nwritten to docs/benchmark.json, .svg and .md, and to the README');
  }
}
