import { freePort } from '@mcp-whoami/testkit';
import { connectSdkV2 } from '@mcp-whoami/testkit/clients';
import { describeKeycloak } from '@mcp-whoami/testkit/keycloak';
import { runCommand } from '@mcp-whoami/testkit/repository';
import { expect, it } from 'vitest';
import { tutorialCommands } from '../document.ts';
import { whoamiIsReady } from '../start-whoami.ts';

const commands = await tutorialCommands();

/** Keycloak starts without what the global set-up has built before. */
const keycloakTimeout = 240_000; // ms

/** What is registered in the realm for MCP Inspector. */
const asInspector = {
  user: { sub: 'testuser' },
  password: 'testuser',
  clientInformation: { client_id: 'mcp-inspector' },
  redirectUrl: 'http://127.0.0.1:6274/oauth/callback',
};

// Once, with the version that the command takes by itself.
describeKeycloak(
  'the tutorial',
  ({ image }) => {
    it('starts a Keycloak, a server for its users, and one that demands a scope', {
      timeout: keycloakTimeout,
    }, async () => {
      const [port, keycloakPort] = [String(await freePort()), String(await freePort())];
      const publicUrl = `http://localhost:${port}`;
      await using _keycloak = await runCommand(commands.startKeycloak, {
        env: { KEYCLOAK_PORT: keycloakPort, KEYCLOAK_IMAGE: image, WHOAMI_PUBLIC_URL: publicUrl },
        ready: /Keycloak is ready at/,
        timeout: keycloakTimeout,
      });
      const env = { PORT: port, KEYCLOAK_ISSUER: `http://localhost:${keycloakPort}/realms/mcp-realm` };
      {
        await using _server = await runCommand(commands.keycloak, { env, ready: whoamiIsReady });
        await using client = await connectSdkV2(`${publicUrl}/mcp`, asInspector);
        const claims = await client.callWhoami();
        expect(claims).toMatchObject({ name: 'Test User', iss: env.KEYCLOAK_ISSUER });
        expect(claims).not.toHaveProperty('realm_access');
      }
      await using _server = await runCommand(commands.requiredScope, { env, ready: whoamiIsReady });
      await using client = await connectSdkV2(`${publicUrl}/mcp`, asInspector);
      expect(await client.callWhoami()).toMatchObject({
        realm_access: { roles: expect.arrayContaining(['mcp-user']) },
        resource_access: { whoami: { roles: ['mcp-admin'] } },
      });
    });
  },
  { since: '26.7' },
);
