import { getContainerRuntimeClient } from 'testcontainers';
import type { TestProject } from 'vitest/node';
import { keycloakImages } from './images.ts';
import type { ProvidedKeycloaks } from './provided-context.ts';
import { startKeycloak } from './start-keycloak.ts';

/** Starts one Keycloak of each version, once for all test files of a run. */
export const setup = async (
  project: Pick<TestProject, 'provide' | 'getProvidedContext'>,
): Promise<() => Promise<void>> => {
  const images = keycloakImages();
  const trouble = await whyNoDocker();
  if (trouble !== undefined) {
    const line = `The tests against a real Keycloak need a Docker engine, and none answers: ${trouble}`;
    if (process.env.CI) throw new Error(line);
    process.stderr.write(`${line}. They are skipped.\n`);
    const keycloaks = images.map((image) => ({ image, origin: 'http://localhost:0', containerId: 'none' }));
    project.provide('keycloaks', { running: false, keycloaks } satisfies ProvidedKeycloaks);
    return async () => {};
  }
  const { realmFiles } = project.getProvidedContext();
  await using stack = new AsyncDisposableStack();
  const starts = await Promise.allSettled(
    images.map(async (image) => stack.use(await startKeycloak({ image, realmFiles }))),
  );
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed) throw failed.reason;
  const keycloaks = starts.flatMap((start) => {
    if (start.status === 'rejected') return [];
    const { image, origin, containerId } = start.value;
    return [{ image, origin, containerId }];
  });
  project.provide('keycloaks', { running: true, keycloaks } satisfies ProvidedKeycloaks);
  const owned = stack.move();
  return () => owned.disposeAsync();
};

const whyNoDocker = async (): Promise<string | undefined> => {
  try {
    await getContainerRuntimeClient();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
