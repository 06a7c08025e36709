import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** How long a program may take until it says that it is ready, in milliseconds. */
const READY_TIMEOUT_MS = 20_000;

export interface Program extends AsyncDisposable {
  /** The line that says that it is ready. */
  ready: string;
  pid: number;
}

/** Runs a program of TypeScript on a core until it is disposed of, once it has printed a line that fits. */
export async function runProgram(
  path: string,
  environment: Record<string, string>,
  readyLine: RegExp,
  core: number | undefined,
  nodeOptions: readonly string[] = [],
): Promise<Program> {
  const node = [process.execPath, ...nodeOptions, path];
  const [command = '', ...parameters] =
    core === undefined ? node : ['taskset', '--cpu-list', String(core), ...node];
  const { PATH = '' } = process.env;
  const child = spawn(command, parameters, {
    env: { PATH, NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  await using stack = new AsyncDisposableStack();
  stack.defer(async () => {
    child.kill('SIGTERM');
    await closed;
  });
  const ready = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${path} is not ready after ${READY_TIMEOUT_MS} ms`)),
      READY_TIMEOUT_MS,
    );
    // It goes on to be read, or the program would stop at a full pipe.
    createInterface(child.stdout).on('line', (line) => {
      if (!readyLine.test(line)) return;
      clearTimeout(timer);
      resolve(line);
    });
    closed.then(([code]) => reject(new Error(`${path} ended with ${code}`)), reject);
  });
  const running = stack.move();
  return { ready, pid: child.pid ?? 0, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
