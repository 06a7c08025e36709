import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

it('the example of the README prints what it says', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const [, example = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(readme) ?? [];
  await using stack = new AsyncDisposableStack();
  // In the package, whose name it imports.
  const folder = await mkdtemp(join(root, '.readme-'));
  stack.defer(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'example.ts'), example);

  const { stdout, stderr } = spawnSync(process.execPath, ['example.ts'], { cwd: folder, encoding: 'utf8' });
  expect(stderr).toBe('');
  const [first, reused, gone, ...listed] = stdout.split('\n');
  expect([first, reused, gone]).toEqual(['first', 'reused', 'undefined']);
  expect(listed.join('\n')).toContain("owner: 'github:1005'");
});
