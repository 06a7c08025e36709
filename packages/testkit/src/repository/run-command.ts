import { fileURLToPath } from 'node:url';
import { type RunningProgram, type RunOptions, runProgram } from '../run-program.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/**
 * Runs a command of the documentation in a shell, from the repository's root, as a person would. What npx would fetch
 * is replaced by what is installed: the pnpm that runs the tests, and `programs`. `.ci/bare-clone` runs a command as it
 * stands.
 */
export const runCommand = (
  command: string,
  {
    env = {},
    programs = {},
    ...options
  }: Omit<RunOptions, 'cwd' | 'shell'> & { programs?: Readonly<Record<string, string>> },
): Promise<RunningProgram> => {
  const atHand = Object.entries({ 'npx -y pnpm@10.34.9': 'pnpm', ...programs });
  const local = atHand.reduce((text, [fetched, installed]) => text.replace(fetched, installed), command);
  return runProgram(local, [], { ...options, env: { ...process.env, ...env }, cwd: root, shell: true });
};
