import type { KeycloakAddress } from './keycloak.ts';

/** What the global set-up tells the tests: those of a Keycloak that does not run are skipped. */
export type ProvidedKeycloak = KeycloakAddress & { running: boolean };

declare module 'vitest' {
  export interface ProvidedContext {
    keycloaks: ProvidedKeycloak[];
    /** From vitest's configuration: the realm files that each Keycloak imports. */
    realmFiles: string[];
  }
}
