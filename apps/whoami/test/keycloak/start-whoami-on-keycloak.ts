import { type McpRealmOptions, mcpRealm } from '@mcp-whoami/keycloak/realm';
import { freePort } from '@mcp-whoami/testkit';
import type { Keycloak } from '@mcp-whoami/testkit/keycloak';
import { startWhoami } from '../start-whoami.ts';

/** The user that the realm has. */
export const testuser = { user: { sub: 'testuser' }, password: 'testuser' };

/** The client that is registered in the realm, for MCP Inspector. */
export const inspector = {
  clientInformation: { client_id: 'mcp-inspector' },
  redirectUrl: 'http://localhost:6274/oauth/callback',
};

/** Starts whoami and makes it a realm of its own: the audience of its tokens is its URL, port included. */
export async function startWhoamiOnKeycloak(
  keycloak: Keycloak,
  environment: Record<string, string> = {},
  realmOptions: McpRealmOptions = {},
) {
  const port = String(await freePort());
  await using stack = new AsyncDisposableStack();
  const realm = stack.use(
    await keycloak.createRealm(
      mcpRealm({ realm: `mcp-realm-${port}`, publicUrl: `http://localhost:${port}`, ...realmOptions }),
    ),
  );
  const whoami = stack.use(
    await startWhoami({
      PROVIDER: 'keycloak',
      PORT: port,
      KEYCLOAK_ISSUER: realm.issuer,
      ...environment,
    }),
  );
  const owned = stack.move();
  return { realm, whoami, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
