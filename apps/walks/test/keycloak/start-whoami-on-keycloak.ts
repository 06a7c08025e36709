import { mcpRealm } from '@mcp-whoami/keycloak/realm';
import { freePort } from '@mcp-whoami/testkit';
import type { Keycloak } from '@mcp-whoami/testkit/keycloak';
import { z } from 'zod';
import type { Inspector } from '../start-inspector.ts';
import { startWhoami } from '../start-whoami.ts';

/** Where Inspector is unless told; the walks have it elsewhere. */
const inspectorsPort = 6274;

const realmRepresentation = z.looseObject({ realm: z.string() });

/** The realm as the repository has it, but for the ports. */
const realmFor = (port: string, inspector: Inspector) => {
  const realm = mcpRealm({ realm: `mcp-realm-${port}`, publicUrl: `http://localhost:${port}` });
  const text = JSON.stringify(realm).replaceAll(`:${inspectorsPort}`, `:${inspector.port}`);
  return realmRepresentation.parse(JSON.parse(text));
};

/** Starts whoami with a realm of its own: the audience of its tokens is its URL, port included. */
export const startWhoamiOnKeycloak = async (keycloak: Keycloak, inspector: Inspector) => {
  const port = String(await freePort());
  await using stack = new AsyncDisposableStack();
  const realm = stack.use(await keycloak.createRealm(realmFor(port, inspector)));
  const whoami = stack.use(
    await startWhoami({
      PROVIDER: 'keycloak',
      PORT: port,
      KEYCLOAK_ISSUER: realm.issuer,
      // Each call asks whether the session still is.
      KEYCLOAK_TOKEN_CACHE_SECONDS: '0',
    }),
  );
  const owned = stack.move();
  return { realm, whoami, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};
