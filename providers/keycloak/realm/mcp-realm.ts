import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** The file that Keycloak imports (`--import-realm`); it takes the same parameters from its environment. */
const realmFile = new URL('./mcp-realm-realm.json', import.meta.url);

/** The realm's name in that file, and so in its own name: Keycloak demands `<realm>-realm.json`. */
const nameInFile = 'mcp-realm';

const realmRepresentation = z.looseObject({ realm: z.string() });

export interface McpRealmOptions {
  /** The realm's name; `mcp-realm` unless told. */
  realm?: string;
  /** `WHOAMI_PUBLIC_URL`: the public URL of the MCP server, whose `/mcp` and `/sse` are every token's audience. */
  publicUrl?: string;
  /** `WHOAMI_CLIENT_SECRET`: of the client `whoami`, which introspects. */
  clientSecret?: string;
}

/** `mcp-realm` for the Admin REST API, which fills in no parameters by itself. */
export function mcpRealm({ realm = nameInFile, publicUrl, clientSecret }: McpRealmOptions = {}) {
  const values: Record<string, string | undefined> = {
    WHOAMI_PUBLIC_URL: publicUrl,
    WHOAMI_CLIENT_SECRET: clientSecret,
  };
  const fill = (text: string) =>
    text
      .replaceAll(nameInFile, realm)
      .replace(
        /\$\{(WHOAMI_\w+):([^}]*)\}/g,
        (_, name: string, byDefault: string) => values[name] ?? byDefault,
      );
  return realmRepresentation.parse(
    JSON.parse(readFileSync(realmFile, 'utf8'), (_, value) =>
      typeof value === 'string' ? fill(value) : value,
    ),
  );
}
