import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Tests against a real Keycloak: only where there are any are the containers started. */
const keycloakTests = 'test/keycloak/**/*.test.ts';

const startKeycloaks = fileURLToPath(
  new URL('./packages/testkit/src/keycloak/global-setup.ts', import.meta.url),
);

/** Each of them has imported this; `createRealm` makes others. */
const realmFiles = [
  fileURLToPath(new URL('./providers/keycloak/realm/mcp-realm-realm.json', import.meta.url)),
];

/** The package whose tests run: this file is shared. */
const root = process.cwd();

export default defineConfig({
  test: {
    testTimeout: 60_000,
    // Concurrent tests are those that wait for time-outs: the more of them together, the better.
    maxConcurrency: 16,
    hookTimeout: 60_000,
    // Browsers and containers share CI's few cores: what fails there has to fail twice. The report names what did once.
    retry: process.env.CI ? 1 : 0,
    projects: [
      {
        extends: true,
        root,
        test: { name: 'tests', include: ['test/**/*.test.ts'], exclude: [keycloakTests] },
      },
      {
        extends: true,
        root,
        test: {
          name: 'keycloak',
          include: [keycloakTests],
          globalSetup: [startKeycloaks],
          provide: { realmFiles },
        },
      },
    ],
  },
});
