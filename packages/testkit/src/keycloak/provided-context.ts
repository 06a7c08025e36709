import type { KeycloakAddress } from './keycloak.ts';

/** What the global set-up tells the tests: not running, they are skipped. */
export type ProvidedKeycloaks = { running: boolean; keycloaks: KeycloakAddress[] };

declare module 'vitest' {
  export interface ProvidedContext {
    keycloaks: ProvidedKeycloaks;
    /** From vitest's configuration: the realm files that each Keycloak imports. */
    realmFiles: string[];
  }
}
