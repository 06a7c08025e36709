import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@mcp-whoami/testkit/keycloak';
import { startProcess } from './start-process.ts';

/** The program behind `npx @modelcontextprotocol/inspector`. */
export const inspectorProgram = createRequire(import.meta.url).resolve(
  '@modelcontextprotocol/inspector/clients/launcher/build/index.js',
);

/** MCP Inspector, which runs with a home of its own. */
export type Inspector = AsyncDisposable & {
  /** Where a client that is registered for it by hand has its redirect URI. */
  redirectUri: string;
  /** The address that it prints for the person, under the name that clients are registered with. */
  url: string;
  /** Takes the servers that were added off its list. */
  forgetServers: () => Promise<void>;
};

/** Starts MCP Inspector's web UI on a free port. */
export const startInspector = async (): Promise<Inspector> => {
  await using stack = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'inspector-'));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  const catalog = join(home, 'catalog.json');
  // Without one Inspector lists examples, some of them programs that npx would fetch.
  const forgetServers = () => writeFile(catalog, JSON.stringify({ mcpServers: {} }));
  await forgetServers();
  const port = await freePort();
  const { ready } = stack.use(
    await startProcess(
      inspectorProgram,
      {
        HOME: home,
        CLIENT_PORT: String(port),
        MCP_SANDBOX_PORT: '0',
        MCP_APP_ORIGIN_PORT: '0',
        MCP_AUTO_OPEN_ENABLED: 'false',
        MCP_STORAGE_DIR: home,
        MCP_CATALOG_PATH: catalog,
        MCP_INSPECTOR_SECRET_STORE: 'memory',
      },
      /running at:\s+http:\/\/127\.0\.0\.1:(\S+)/,
    ),
  );
  const origin = `http://localhost:${port}`;
  const owned = stack.move();
  return {
    redirectUri: `${origin}/oauth/callback`,
    url: `http://localhost:${ready[1]}`,
    forgetServers,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
};
