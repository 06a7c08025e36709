import { type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';

/** How long a program may take to be ready, in ms. */
const startTimeout = 50_000;

export type StartOptions = Pick<SpawnOptions, 'cwd' | 'env' | 'shell'> & {
  /** What its output says when it is ready. */
  ready: RegExp;
  /** ms */
  timeout?: number;
};

/** A program that runs. Disposing of it ends it and what it started. */
export type RunningProcess = AsyncDisposable & {
  /** The first group of `ready`. */
  found: string;
};

/** Starts a program, and waits until it says that it is ready. */
export const startProcess = async (
  file: string,
  args: readonly string[],
  { ready, timeout = startTimeout, ...options }: StartOptions,
): Promise<RunningProcess> => {
  const child = spawn(file, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  await using stack = new AsyncDisposableStack();
  stack.defer(async () => {
    // Its group: a shell or pnpm may stand in between.
    const ended = child.exitCode !== null || child.signalCode !== null;
    if (child.pid !== undefined && !ended) process.kill(-child.pid, 'SIGTERM');
    await closed;
  });
  let output = '';
  const [, found = ''] = await new Promise<RegExpExecArray>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${[file, ...args].join(' ')}\n${why}:\n${output}`));
    const timer = setTimeout(() => fail(`not ready after ${timeout} ms`), timeout);
    stack.defer(() => clearTimeout(timer));
    closed.then(() => fail('ends'), reject);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const match = ready.exec(output);
        if (match) resolve(match);
      });
    }
  });
  const owned = stack.move();
  return { found, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};
