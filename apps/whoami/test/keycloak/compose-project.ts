import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { skipOutsideCi } from '@mcp-whoami/testkit';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** The longest that a command may take: one that waits for a Keycloak to be healthy, with nothing prepared. */
const commandTimeout = 180_000; // ms

const run = promisify(execFile);

/** Docker's plugin, or the program that some distributions have in its place. */
export type Compose = readonly [program: string, ...plugin: string[]];

const composes: readonly Compose[] = [['docker', 'compose'], ['docker-compose']];

/** Whichever is there. Where neither is, says so; with `CI` set it throws. */
export const findCompose = async (): Promise<Compose | undefined> => {
  for (const compose of composes) {
    const [program, ...plugin] = compose;
    if (await run(program, [...plugin, 'version']).catch(() => undefined)) return compose;
  }
  skipOutsideCi('The tests of compose.yaml need docker compose or docker-compose, and there is neither');
  return undefined;
};

/** A project of compose.yaml, by a name of its own. Disposed of, nothing of it is left. */
export const composeProject = (
  [program, ...plugin]: Compose,
  name: string,
  environment: Readonly<Record<string, string>>,
) => {
  const inProject = (...command: string[]) =>
    run(program, [...plugin, '--project-name', name, ...command], {
      cwd: root,
      env: { ...process.env, ...environment },
      timeout: commandTimeout,
    });
  return {
    /** Throws with what the services said where it fails. */
    run: async (...command: string[]): Promise<void> => {
      await inProject(...command).catch(async (error: unknown) => {
        const { stdout } = await inProject('logs', '--tail', '60');
        throw new Error(
          `${error}\n${stdout}\nWhere no registry answers, scripts/container-images builds the images.`,
          { cause: error },
        );
      });
    },
    [Symbol.asyncDispose]: async () => {
      await inProject('--profile', 'whoami', 'down', '--volumes', '--timeout', '0');
    },
  };
};
