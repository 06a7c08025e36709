import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'vitest';
import { z } from 'zod';
import type { Store } from '../src/index.ts';

const worker = join(import.meta.dirname, 'race-worker.ts');
const ids = Array.from({ length: 20 }, (_, index) => `${index}`);
const results = z.object({
  signingKey: z.string(),
  inserted: z.boolean().array(),
  taken: z.boolean().array(),
  uses: z.string().array(),
  graceUses: z.string().array(),
});
const sorted = (...values: unknown[]) => values.map(String).sort().join();

/** Two processes that open a storage at once, and then want the same records at once. Each is one's alone. */
export const raceProcesses = async (open: () => Promise<Store>, url: string, secret = ''): Promise<void> => {
  const children = [1, 2].map(() =>
    fork(worker, [url, secret], { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] }),
  );
  try {
    let stderr = '';
    for (const child of children) child.stderr?.on('data', (text) => (stderr += text));
    const next = () =>
      Promise.all(
        children.map(async (child) => {
          const [message]: unknown[] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
          return message;
        }),
      );
    expect(await next(), stderr).toEqual(['ready', 'ready']);
    await using store = await open();
    for (const id of ids) {
      for (const kind of ['state', 'code', 'refresh'])
        await store.put({ kind, id, value: 'v', lifetime: 60 });
    }
    const finish = next();
    for (const child of children) child.send('go');
    const [one, two] = z.tuple([results, results]).parse(await finish);
    expect(one.signingKey).toBe(two.signingKey);
    for (const index of ids.keys()) {
      expect(sorted(one.inserted[index], two.inserted[index])).toBe('false,true');
      expect(sorted(one.taken[index], two.taken[index])).toBe('false,true');
      expect(sorted(one.uses[index], two.uses[index])).toBe('first,reused');
      expect(sorted(one.graceUses[index], two.graceUses[index])).toBe('again,first');
    }
    expect(stderr).toBe('');
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
};
