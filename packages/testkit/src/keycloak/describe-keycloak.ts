import { describe, inject } from 'vitest';
import { isOlder } from './images.ts';
import { connectKeycloak, type Keycloak } from './keycloak.ts';
import type { ProvidedKeycloak } from './provided-context.ts';

/**
 * The same tests against each Keycloak that the global set-up started. Without a Docker engine, or without the
 * image, they are skipped. They share it: what disturbs others (an outage, a key) belongs in a realm or a Keycloak of the test's own.
 * `since` declares the first version that has what they test: on an older one they are skipped too. `newestAlone` is
 * for what no version does in another way.
 */
export const describeKeycloak = (
  name: string,
  body: (keycloak: Keycloak) => void,
  { since, newestAlone = false }: { since?: string; newestAlone?: boolean } = {},
): void => {
  const keycloaks: ProvidedKeycloak[] = inject('keycloaks');
  for (const { running, ...address } of newestAlone ? keycloaks.slice(0, 1) : keycloaks) {
    const keycloak = connectKeycloak(address);
    const lacking = since !== undefined && isOlder(keycloak.version, since);
    describe.skipIf(!running || lacking)(`${name} (Keycloak ${keycloak.version})`, () => body(keycloak));
  }
};

/** Tests that start containers of the newest Keycloak. Without a Docker engine or that image they are skipped. */
export const describeDocker = (name: string, body: () => void): void => {
  const [newest]: ProvidedKeycloak[] = inject('keycloaks');
  describe.skipIf(!newest?.running)(name, body);
};
