import { spawnSync } from 'node:child_process';
import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { freePort } from '../free-port.ts';
import { runProgram } from '../run-program.ts';
import { skipOutsideCi } from '../skip-outside-ci.ts';

const lacking = spawnSync('redis-server', ['--version']).error !== undefined;

/** Tests against a real Redis. Without a redis-server on the PATH they are skipped, in CI they fail. */
export const describeRedis = (name: string, body: () => void): void => {
  if (lacking) {
    skipOutsideCi('Tests with a real Redis need a redis-server on the PATH, and there is none');
  }
  describe.skipIf(lacking)(name, body);
};

/** More than the tests of a file use. */
const DATABASES = 200;

/** A Redis on a free port, which keeps what it writes in a folder of its own. Disposing of it ends it. */
export const startRedis = async (...options: string[]) => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await mkdtempDisposable(join(tmpdir(), 'redis-')));
  const port = await freePort();
  const pidFile = join(folder.path, 'redis.pid');
  const start = () =>
    runProgram(
      'redis-server',
      [
        ...[
          '--port',
          `${port}`,
          '--bind',
          '127.0.0.1',
          '--dir',
          folder.path,
          '--databases',
          `${DATABASES}`,
          '--pidfile',
          pidFile,
        ],
        ...['--save', '', '--appendonly', 'yes', '--appendfsync', 'always', ...options],
      ],
      { ready: /Ready to accept connections/ },
    );
  let running = await start();
  stack.defer(() => running.end('SIGKILL'));
  let database = 0;
  const owned = stack.move();
  return {
    folder: folder.path,
    port,
    /** Another database at each call. */
    freshUrl: () => `redis://127.0.0.1:${port}/${database++}`,
    signal: async (signal: NodeJS.Signals) => process.kill(Number(await readFile(pidFile, 'utf8')), signal),
    /** kill -9, and start again. */
    restart: async () => {
      await running.end('SIGKILL');
      running = await start();
    },
    kill: () => running.end('SIGKILL'),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
};
