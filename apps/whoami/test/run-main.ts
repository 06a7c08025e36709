import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** Runs the server as a process of its own, with nothing but the given environment. */
export const runMain = (environment: Record<string, string>, nodeArguments: readonly string[] = []) => {
  const child = spawn(process.execPath, [...nodeArguments, main], { env: environment });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    output.stdout += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    output.stderr += String(chunk);
  });
  const closed = once(child, 'close').then(([code]) => ({ code, ...output }));
  return {
    child,
    closed,
    output: () => output.stdout,
    ready: async () => {
      await expect.poll(() => output.stdout, { timeout: 20_000 }).toContain('whoami is ready at');
      return output.stdout;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await closed;
    },
  };
};
