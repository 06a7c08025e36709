import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type RunningProgram, runProgram, skipOutsideCi } from '@mcp-whoami/testkit';
import { describe } from 'vitest';
import { z } from 'zod';
import { manifestOf, tarballOf, tarballs } from './packed-files.ts';

const run = promisify(execFile);

/** How long an installation from the registry may take, in milliseconds. */
export const INSTALL_TIMEOUT_MS = 240_000;

const MAX_OUTPUT = 16 * 1024 * 1024; // bytes

/** How long to wait for a registry that may not be there, in milliseconds. */
const REGISTRY_TIMEOUT_MS = 20_000;

/** Tests that install from the registry. Where none answers they are skipped, in CI they fail. */
export const describeStranger = describe.skipIf(!(await registryAnswers()));

async function registryAnswers(): Promise<boolean> {
  try {
    await run('npm', ['view', 'leven', 'version', '--fetch-retries=0'], { timeout: REGISTRY_TIMEOUT_MS });
    return true;
  } catch {
    skipOutsideCi('The tests of the packed files install by npm, and no registry answers');
    return false;
  }
}

/** An empty folder in which somebody installs packages by npm. */
export interface Stranger extends AsyncDisposable {
  folder: string;
  write(path: string, text: string): Promise<void>;
  /** Runs a command there and gives what it prints. */
  run(command: string, ...args: string[]): Promise<string>;
  /** Starts a program there, until it prints what `ready` matches. */
  start(
    ready: RegExp,
    environment: Record<string, string>,
    command: string,
    ...args: string[]
  ): Promise<RunningProgram>;
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

/** The paths of all that npm has decided to install, from the folder. */
export async function installedPaths({ folder }: Stranger): Promise<string[]> {
  const lock = lockFile.parse(JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8')));
  return Object.keys(lock.packages).filter((path) => path !== '');
}

const lockFile = z.object({ packages: z.record(z.string(), z.unknown()) });

/**
 * Installs packed files by npm into an empty folder outside the repository.
 *
 * @param ours names of packages of this repository.
 * @param others names and ranges of packages from the registry.
 * @param options `--package-lock-only` only decides what would be installed.
 */
export async function installStranger(
  ours: readonly string[],
  others: Readonly<Record<string, string>> = {},
  ...options: string[]
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
  // What one installation has fetched, the next takes from npm's cache.
  const quietly = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', '--prefer-offline'];
  await runHere('npm', 'install', ...quietly, ...options);

  const owned = stack.move();
  return {
    folder,
    write,
    run: runHere,
    start: (ready, environment, command, ...args) =>
      runProgram(command, args, { ready, cwd: folder, env: { ...environmentOfStranger(), ...environment } }),
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
