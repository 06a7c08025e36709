import { mcpRealm } from '@mcp-whoami/keycloak/realm';
import { freePort, type Keycloak } from '@mcp-whoami/testkit/keycloak';
import { startWhoami } from '../start-whoami.ts';

/** Starts whoami with a realm of its own: the audience of its tokens is its URL, port included. */
export const startWhoamiOnKeycloak = async (keycloak: Keycloak, redirectUri: string) => {
  const port = String(await freePort());
  await using stack = new AsyncDisposableStack();
  const realm = stack.use(
    await keycloak.createRealm(
      mcpRealm({ realm: `mcp-realm-${port}`, publicUrl: `http://localhost:${port}` }),
    ),
  );
  // Where Inspector runs when its usual port is taken.
  await realm.updateClient('mcp-inspector', { redirectUris: [redirectUri] });
  const whoami = stack.use(
    await startWhoami({
      PROVIDER: 'keycloak',
      PORT: port,
      KEYCLOAK_ISSUER: realm.issuer,
      // Each call asks whether the session still is.
      KEYCLOAK_VERDICT_LIFETIME: '0',
    }),
  );
  const owned = stack.move();
  return { realm, whoami, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};
