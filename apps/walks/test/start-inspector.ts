import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, runProgram } from '@mcp-whoami/testkit';

/** The program `mcp-inspector`. */
export const inspectorProgram = createRequire(import.meta.url).resolve(
  '@modelcontextprotocol/inspector/clients/launcher/build/index.js',
);

/** What is installed here instead of what npx would fetch. */
export const inspectorAtHand = {
  'npx -y -p node@26 -p @modelcontextprotocol/inspector@2 mcp-inspector': `"${process.execPath}" "${inspectorProgram}"`,
};

/** The line in which Inspector says where it is. */
export const inspectorIsReady = /running at:\s+(http:\S+)/;

/** On a port of its own, with nothing in or from the person's home, and no browser opened. */
export const inspectorEnvironment = (port: number, home: string) => ({
  HOME: home,
  CLIENT_PORT: String(port),
  MCP_SANDBOX_PORT: '0',
  MCP_APP_ORIGIN_PORT: '0',
  MCP_AUTO_OPEN_ENABLED: 'false',
  MCP_STORAGE_DIR: home,
  MCP_INSPECTOR_SECRET_STORE: 'memory',
});

/** MCP Inspector, which runs with a home of its own. */
export type Inspector = AsyncDisposable & {
  /** The address that it prints, and opens where it may. Its redirect URI has the same host. */
  url: string;
  port: number;
  /** Puts servers on its list, in the terms of its own file, and takes all others off. */
  listServers: (servers: Record<string, object>) => Promise<void>;
};

/** Starts MCP Inspector's web UI on a free port. */
export const startInspector = async (): Promise<Inspector> => {
  await using stack = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'inspector-'));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  const catalog = join(home, 'catalog.json');
  // Without one Inspector lists examples, some of them programs that npx would fetch.
  const listServers = (mcpServers: Record<string, object>) =>
    writeFile(catalog, JSON.stringify({ mcpServers }));
  await listServers({});
  const port = await freePort();
  const { found: url } = stack.use(
    await runProgram(process.execPath, [inspectorProgram], {
      env: { PATH: process.env.PATH, ...inspectorEnvironment(port, home), MCP_CATALOG_PATH: catalog },
      ready: inspectorIsReady,
    }),
  );
  const owned = stack.move();
  return {
    url,
    port,
    listServers,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
};
