import { type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';

/** How long a program may take to be ready, in ms. */
const startTimeout = 50_000;

export type RunOptions = Pick<SpawnOptions, 'cwd' | 'env' | 'shell'> & {
  /** What its output says when it is ready. */
  ready: RegExp;
  /** ms */
  timeout?: number;
};

/** A program that runs. Disposing of it ends it and what it started. */
export type RunningProgram = AsyncDisposable & {
  /** The first group of `ready`. */
  found: string;
  /** Of the program, or of the shell that runs it. */
  pid: number;
  /** All that it has written so far. */
  output: () => string;
  /** Ctrl-C unless told. Resolves when the last process has let go of the output. */
  end: (signal?: NodeJS.Signals) => Promise<void>;
};

/** To all that it started, as a terminal does: a shell or pnpm may stand in between. */
const signalGroup = (leader: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    const gone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!gone) throw error;
  }
};

/** Starts a program, and waits until it says that it is ready. */
export const runProgram = async (
  file: string,
  args: readonly string[],
  { ready, timeout = startTimeout, ...options }: RunOptions,
): Promise<RunningProgram> => {
  const child = spawn(file, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let closed = false;
  const closing = once(child, 'close').finally(() => {
    closed = true;
  });
  const end = async (signal: NodeJS.Signals = 'SIGINT') => {
    if (child.pid !== undefined && !closed) signalGroup(child.pid, signal);
    await closing;
  };
  await using stack = new AsyncDisposableStack();
  stack.defer(() => end('SIGTERM'));
  const [, found = ''] = await new Promise<RegExpExecArray>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${[file, ...args].join(' ')}\n${why}:\n${output}`));
    const timer = setTimeout(() => fail(`not ready after ${timeout} ms`), timeout);
    stack.defer(() => clearTimeout(timer));
    closing.then(() => fail('ends'), reject);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const match = ready.exec(output);
        if (match) resolve(match);
      });
    }
  });
  const owned = stack.move();
  return {
    found,
    pid: child.pid ?? 0,
    output: () => output,
    end,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
};
