import { spawn } from 'node:child_process';
import { once } from 'node:events';

const startTimeout = 30_000; // ms

/** A program that runs. Disposing of it ends it. */
export type RunningProcess = AsyncDisposable & {
  /** What `ready` found in its output. */
  ready: RegExpExecArray;
  output: () => string;
};

/** Runs a program on this Node with nothing but the given environment, until its output matches `ready`. */
export const startProcess = async (
  program: string,
  environment: Readonly<Record<string, string>>,
  ready: RegExp,
): Promise<RunningProcess> => {
  const child = spawn(process.execPath, [program], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  await using stack = new AsyncDisposableStack();
  stack.defer(async () => {
    child.kill();
    await closed;
  });
  let output = '';
  const found = await new Promise<RegExpExecArray>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${program} ${why}:\n${output}`));
    const timer = setTimeout(() => fail(`is not ready after ${startTimeout} ms`), startTimeout);
    stack.defer(() => clearTimeout(timer));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const match = ready.exec(output);
        if (match) resolve(match);
      });
    }
    child.once('close', () => fail('ends'));
  });
  const owned = stack.move();
  return { ready: found, output: () => output, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};
