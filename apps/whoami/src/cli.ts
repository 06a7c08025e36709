#!/usr/bin/env -S node --max-semi-space-size=16 --heap-growing-percent=30 --no-allocation-site-pretenuring
// What V8 is told (it must be before the start) fits its collection of garbage to many short calls:
// - a young generation of 16 MiB, in which a call and all it allocates die;
// - a heap that grows by 30 percent before garbage is collected: V8 would let it grow several times over, which in a
//   flood of bad tokens, none of which stays, would be most of the memory;
// - no objects of a call among the old ones, where each would keep the rest of its call until the next full
//   collection: a call would take 40 % more processor time.
import { parseArgs } from 'node:util';
import manifest from '../package.json' with { type: 'json' };

const { values, positionals } = parseArgs({
  options: { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' } },
  strict: false,
});
if (values.help) {
  const { renderHelp } = await import('./help.ts');
  process.stdout.write(await renderHelp());
} else if (values.version) {
  process.stdout.write(`${manifest.version}\n`);
} else {
  // What strangers start is for production unless they say otherwise.
  process.env.NODE_ENV ||= 'production';
  if (positionals[0] === 'doctor') await import('./doctor/main.ts');
  else await import('./main.ts');
}
