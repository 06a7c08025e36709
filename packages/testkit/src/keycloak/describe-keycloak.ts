import { describe, inject } from 'vitest';
import { isOlder } from './images.ts';
import { connectKeycloak, type Keycloak } from './keycloak.ts';
import type { ProvidedKeycloaks } from './provided-context.ts';

/**
 * The same tests against each Keycloak that the global set-up started. Without a Docker engine they are skipped.
 * They share it: what disturbs others (an outage, a key) belongs in a realm or a Keycloak of the test's own.
 * `since` declares the first version that has what they test: on an older one they are skipped too.
 */
export const describeKeycloak = (
  name: string,
  body: (keycloak: Keycloak) => void,
  { since }: { since?: string } = {},
): void => {
  const { running, keycloaks }: ProvidedKeycloaks = inject('keycloaks');
  for (const address of keycloaks) {
    const keycloak = connectKeycloak(address);
    const lacking = since !== undefined && isOlder(keycloak.version, since);
    describe.skipIf(!running || lacking)(`${name} (Keycloak ${keycloak.version})`, () => body(keycloak));
  }
};

/** Tests that start containers of their own. Without a Docker engine they are skipped. */
export const describeDocker = (name: string, body: () => void): void => {
  const { running }: ProvidedKeycloaks = inject('keycloaks');
  describe.skipIf(!running)(name, body);
};
