import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

it('packing leaves nothing behind that git sees', () => {
  const changes = execFileSync('git', ['status', '--porcelain', '--untracked-files=all'], {
    encoding: 'utf8',
  });
  const lines = changes.split('\n').filter((line) => line !== '');
  // Who works here has changes of their own; CI has none.
  const packed = /\/dist\/|\bartifacts\/|\.tgz$/;
  expect(process.env.CI ? lines : lines.filter((line) => packed.test(line))).toEqual([]);
});
