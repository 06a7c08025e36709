import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

const startTimeout = 50_000; // ms

export type RunCommandOptions = {
  environment?: Readonly<Record<string, string>>;
  /** What it prints when it is ready. */
  ready: RegExp;
  timeout?: number; // ms
};

/** The pnpm that runs the tests, in place of one that npx fetches: `.ci/bare-clone` runs the command as it stands. */
const withPnpmAtHand = (command: string) => command.replace('npx -y pnpm@10.34.9', 'pnpm');

/**
 * Runs a command of the repository in a shell, as a person would, until it is ready. `end` is Ctrl-C unless told;
 * disposing of the command ends it too.
 */
export const runCommand = async (
  command: string,
  { environment = {}, ready, timeout = startTimeout }: RunCommandOptions,
) => {
  const child = spawn(withPnpmAtHand(command), {
    cwd: root,
    env: { ...process.env, ...environment },
    shell: true,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let running = true;
  const closed = once(child, 'close').then(() => {
    running = false;
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  /** To the whole group, as a terminal does. Resolves when the last process has let go of the output. */
  const end = async (signal: NodeJS.Signals = 'SIGINT') => {
    if (running) process.kill(-(child.pid ?? 0), signal);
    await closed;
  };
  await using stack = new AsyncDisposableStack();
  stack.defer(() => end('SIGTERM'));
  // Without `expect.poll`, which finds no test where several run at the same time.
  const deadline = AbortSignal.timeout(timeout);
  while (running && !deadline.aborted && !ready.test(output)) {
    await Promise.race([once(child.stdout, 'data', { signal: deadline }), closed]).catch(() => undefined);
  }
  if (!ready.test(output))
    throw new Error(`${command} is not ready after ${timeout} ms, or ended:\n${output}`);
  const owned = stack.move();
  return { output: () => output, end, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};
