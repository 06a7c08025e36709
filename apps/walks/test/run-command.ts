import { fileURLToPath } from 'node:url';
import { inspectorProgram } from './start-inspector.ts';
import { type StartOptions, startProcess } from './start-process.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What is installed here in place of what npx would fetch: `.ci/bare-clone` runs a command as it stands. */
const withProgramsAtHand = (command: string): string =>
  command
    .replace('npx -y pnpm@10.34.9', 'pnpm')
    .replace('npx -y @modelcontextprotocol/inspector', `"${process.execPath}" "${inspectorProgram}"`);

/** Runs a command of the documentation in a shell, until it says that it is ready. */
export const runCommand = (command: string, { env, ...options }: StartOptions) =>
  startProcess(withProgramsAtHand(command), [], {
    ...options,
    env: { ...process.env, ...env },
    cwd: root,
    shell: true,
  });
