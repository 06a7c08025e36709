import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { manifestOf, tarballOf, tarballs } from './packed-files.ts';

const run = promisify(execFile);

/** How long an installation from the registry may take, in milliseconds. */
export const INSTALL_TIMEOUT_MS = 240_000;

const MAX_OUTPUT = 16 * 1024 * 1024; // bytes

/** An empty folder in which somebody installs packages by npm. */
export interface Stranger extends AsyncDisposable {
  folder: string;
  write(path: string, text: string): Promise<void>;
  /** Runs a command there and gives what it prints. */
  run(command: string, ...args: string[]): Promise<string>;
  /** Starts a program of Node there, until it prints what `ready` matches. */
  start(
    ready: RegExp,
    environment: Record<string, string>,
    command: string,
    ...args: string[]
  ): Promise<AsyncDisposable & { match: RegExpMatchArray; output: () => string }>;
}

/** Our packages among the dependencies of a package, itself first: nothing is in a registry yet. */
function withOurDependencies(names: readonly string[]): string[] {
  const all = new Set(names);
  for (const name of all) {
    for (const dependency of Object.keys(manifestOf(name).dependencies)) {
      if (dependency in tarballs) all.add(dependency);
    }
  }
  return [...all];
}

/**
 * Installs packed files by npm into an empty folder outside the repository.
 *
 * @param ours names of packages of this repository.
 * @param others names and ranges of packages from the registry.
 */
export async function installStranger(
  ours: readonly string[],
  others: Readonly<Record<string, string>> = {},
): Promise<Stranger> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'stranger-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const write = (path: string, text: string) => writeFile(join(folder, path), text);
  const runHere = async (command: string, ...args: string[]) => {
    try {
      const { stdout } = await run(command, args, {
        cwd: folder,
        env: environmentOfStranger(),
        maxBuffer: MAX_OUTPUT,
      });
      return stdout;
    } catch (error) {
      const { stdout, stderr } = Object(error);
      throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}\n${stderr}`, { cause: error });
    }
  };
  const packed = withOurDependencies(ours).map((name) => [name, `file:${tarballOf(name)}`]);
  const dependencies = { ...Object.fromEntries(packed), ...others };
  await write('package.json', JSON.stringify({ private: true, type: 'module', dependencies }));
  await runHere('npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error');

  const owned = stack.move();
  return {
    folder,
    write,
    run: runHere,
    start: async (ready, environment, command, ...args) => {
      const child = spawn(command, args, {
        cwd: folder,
        env: { ...environmentOfStranger(), ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
      let output = '';
      const ended = once(child, 'close');
      const match = await new Promise<RegExpMatchArray>((resolve, reject) => {
        for (const stream of [child.stdout, child.stderr]) {
          stream.setEncoding('utf8').on('data', (text: string) => {
            output += text;
            const found = output.match(ready);
            if (found !== null) resolve(found);
          });
        }
        void ended.then(() => reject(new Error(`${command} ended before it was ready:\n${output}`)));
      });
      return {
        match,
        output: () => output,
        [Symbol.asyncDispose]: async () => {
          if (child.exitCode === null && child.signalCode === null)
            process.kill(-Number(child.pid), 'SIGTERM');
          await ended;
        },
      };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** What a shell has, without what the package manager of the repository put there. */
function environmentOfStranger(): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_package_|npm_lifecycle_|pnpm_|NODE_ENV$|VITEST|TEST$)/.test(name),
    ),
  );
}
