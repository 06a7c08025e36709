import { getContainerRuntimeClient } from 'testcontainers';
import type { TestProject } from 'vitest/node';
import { skipOutsideCi } from '../skip-outside-ci.ts';
import { haveImage } from './have-image.ts';
import { keycloakImages } from './images.ts';
import type { ProvidedKeycloak } from './provided-context.ts';
import { startKeycloak } from './start-keycloak.ts';

/** Starts one Keycloak of each version whose image can be had, once for all test files of a run. */
export const setup = async (
  project: Pick<TestProject, 'provide' | 'getProvidedContext'>,
): Promise<() => Promise<void>> => {
  const images = keycloakImages();
  const trouble = await whyNoDocker();
  if (trouble !== undefined) {
    skipOutsideCi(`The tests against a real Keycloak need a Docker engine, and none answers: ${trouble}`);
    project.provide('keycloaks', images.map(notRunning));
    return async () => {};
  }
  const { realmFiles } = project.getProvidedContext();
  await using stack = new AsyncDisposableStack();
  const starts = await Promise.allSettled(
    images.map(async (image): Promise<ProvidedKeycloak> => {
      if (!(await haveImage(image))) return notRunning(image);
      const { origin, containerId } = stack.use(await startKeycloak({ image, realmFiles }));
      return { image, origin, containerId, running: true };
    }),
  );
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed) throw failed.reason;
  project.provide(
    'keycloaks',
    starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : [])),
  );
  const owned = stack.move();
  return () => owned.disposeAsync();
};

/** Its tests are named, and skipped. */
const notRunning = (image: string): ProvidedKeycloak => ({
  image,
  origin: 'http://localhost:0',
  containerId: 'none',
  running: false,
});

const whyNoDocker = async (): Promise<string | undefined> => {
  try {
    await getContainerRuntimeClient();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
