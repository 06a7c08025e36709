import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

const optionsOf = (command: string) => command.split(' ').filter((word) => /^--(max|heap|no)-/.test(word));

it('wherever the server starts, Node is told the same', async () => {
  const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');
  const [firstLine = ''] = (await read('../src/cli.ts')).split('\n');
  const options = optionsOf(firstLine);
  expect(options.length).toBeGreaterThan(0);

  const { scripts } = JSON.parse(await read('../package.json'));
  const composed = /command: (node .*)/.exec(await read('../../../compose.yaml'))?.[1] ?? '';
  for (const command of [scripts.dev, scripts.watch, scripts.start, composed]) {
    expect(optionsOf(command), command).toEqual(options);
  }
});
