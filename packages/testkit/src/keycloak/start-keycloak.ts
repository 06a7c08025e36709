import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers';
import { freePort } from '../free-port.ts';
import { keycloakImages, versionOf } from './images.ts';
import { connectKeycloak, type Keycloak } from './keycloak.ts';
import { doWithoutReaperWhereNone } from './reaper.ts';

const startupTimeout = 180_000; // ms: seconds, unless the machine is busy

const pollInterval = 200; // ms

/** As many lines of the log as a failed start shows. */
const shownLines = 60;

/** The machine that runs the tests, as a container calls it: a server for Keycloak listens on all its addresses. */
export const hostName = 'host.docker.internal';

const prebuiltFolder = fileURLToPath(new URL('./prebuilt', import.meta.url));

export type StartKeycloakOptions = {
  /** The newest that `.env` pins, or `KEYCLOAK_IMAGE`, unless told. */
  image?: string;
  /** Features that are off by default, such as `cimd`. */
  features?: readonly string[];
  /** Realm files to import at the start, each named `<realm>-realm.json`. */
  realmFiles?: readonly string[];
  /** PEM certificates that Keycloak trusts beside the public ones, for what it fetches by https. */
  trustedCertificates?: readonly string[];
  /** Further environment, for Keycloak's options and for the placeholders of realm files. */
  environment?: Readonly<Record<string, string>>;
};

export type StartedKeycloak = AsyncDisposable &
  Keycloak & {
    /** As `docker pause`: connections are taken and never answered. */
    pause: () => Promise<void>;
    unpause: () => Promise<void>;
    /** Connections are refused from now on. */
    stop: () => Promise<void>;
    /** After `stop`: the same address, realms and keys. Resolves when Keycloak serves. */
    start: () => Promise<void>;
  };

/**
 * Starts a Keycloak in a container. Its issuers are `http://localhost:<port>/realms/<realm>` under whatever name it
 * is asked: as behind a proxy, and so that `docker stop` and `start` change nothing.
 */
export const startKeycloak = async (options: StartKeycloakOptions = {}): Promise<StartedKeycloak> => {
  const { image = keycloakImages()[0], features = [], realmFiles = [], environment = {} } = options;
  const { trustedCertificates = [] } = options;
  await doWithoutReaperWhereNone();
  const prebuilt = await prebuild(image, features);
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const log: string[] = [];
  const container = await prebuilt
    .withCommand(['start', '--optimized', ...(realmFiles.length > 0 ? ['--import-realm'] : [])])
    .withEnvironment({ KC_HOSTNAME: origin, ...environment })
    .withCopyFilesToContainer(
      realmFiles.map((source) => ({ source, target: `/opt/keycloak/data/import/${basename(source)}` })),
    )
    .withCopyContentToContainer(
      trustedCertificates.map((content, index) => ({
        content,
        target: `/opt/keycloak/conf/truststores/trusted-${index}.pem`,
      })),
    )
    .withExtraHosts([{ host: hostName, ipAddress: 'host-gateway' }])
    .withExposedPorts({ container: 8080, host: port }, 9000)
    .withWaitStrategy(Wait.forHttp('/health/ready', 9000, { abortOnContainerExit: true }))
    .withStartupTimeout(startupTimeout)
    .withLogConsumer((stream) => stream.on('data', (chunk) => log.push(String(chunk).trimEnd())))
    .start()
    .catch((error: unknown) => {
      throw new Error([`${image} does not start: ${error}`, ...log.slice(-shownLines)].join('\n'), {
        cause: error,
      });
    });
  const { container: containers } = await getContainerRuntimeClient();
  const handle = containers.getById(container.getId());
  return {
    ...connectKeycloak({ image, origin, containerId: container.getId() }),
    pause: async () => void (await handle.pause()),
    unpause: async () => void (await handle.unpause()),
    stop: async () => void (await handle.stop()),
    start: async () => {
      await handle.start();
      await untilServing(origin);
    },
    [Symbol.asyncDispose]: async () => void (await handle.remove({ force: true, v: true })),
  };
};

/** The image with the slow half of a start done; Docker's cache keeps it from one run to the next. */
const prebuild = async (image: string, features: readonly string[]): Promise<GenericContainer> => {
  const tag = [versionOf(image), ...features].join('-');
  return GenericContainer.fromDockerfile(prebuiltFolder)
    .withBuildArgs({ KEYCLOAK_IMAGE: image, KEYCLOAK_FEATURES: features.join(',') })
    .build(`mcp-whoami/keycloak-prebuilt:${tag}`, { deleteOnExit: false })
    .catch((error: unknown) => {
      throw new Error(
        `${image} cannot be built on (DEBUG=testcontainers:build says more): ${error}. Where no registry answers, scripts/container-images makes the image.`,
        { cause: error },
      );
    });
};

const untilServing = async (origin: string): Promise<void> => {
  const deadline = Date.now() + startupTimeout;
  for (;;) {
    const signal = AbortSignal.timeout(pollInterval * 10);
    const served = await fetch(`${origin}/realms/master`, { signal }).catch(() => undefined);
    if (served?.ok) return;
    if (Date.now() > deadline) throw new Error(`Keycloak does not serve at ${origin} again.`);
    await delay(pollInterval);
  }
};
