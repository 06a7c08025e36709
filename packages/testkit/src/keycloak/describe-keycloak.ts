import { describe, inject } from 'vitest';
import { connectKeycloak, type Keycloak } from './keycloak.ts';
import type { ProvidedKeycloaks } from './provided-context.ts';

/**
 * The same tests against each Keycloak that the global set-up started. Without a Docker engine they are skipped.
 * They share it: what disturbs others (an outage, a key) belongs in a realm or a Keycloak of the test's own.
 */
export const describeKeycloak = (name: string, body: (keycloak: Keycloak) => void): void => {
  const { running, keycloaks }: ProvidedKeycloaks = inject('keycloaks');
  for (const address of keycloaks) {
    const keycloak = connectKeycloak(address);
    describe.skipIf(!running)(`${name} (Keycloak ${keycloak.version})`, () => body(keycloak));
  }
};
