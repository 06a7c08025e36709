import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of a test. Disposing of it deletes it. */
export const temporaryFolder = async () => {
  const path = await mkdtemp(join(tmpdir(), 'store-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
};
