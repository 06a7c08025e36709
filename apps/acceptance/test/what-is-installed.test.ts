import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  describeStranger,
  INSTALL_TIMEOUT_MS,
  installedPaths,
  installStranger,
  type Stranger,
} from './stranger.ts';

const MIB = 1024 * 1024; // bytes

/** How many packages are installed at most, and how large they are together, in bytes. */
interface Bound {
  packages: number;
  size: number;
}
const ofProvider: Bound = { packages: 12, size: 20 * MIB };
/** With an authorization server (oidc-provider, on Koa) and Redis, whichever store is used. */
const ofBridge: Bound = { packages: 90, size: 25 * MIB };
/** With two MCP SDKs and Express. */
const ofServer: Bound = { packages: 200, size: 50 * MIB };

/** What a program in any framework would not want twice, or at all. */
const frameworks = /^node_modules\/(express|koa|hono|fastify|mcp-auth|@modelcontextprotocol\/|pino|ajv)/;

describeStranger('what is installed', { timeout: INSTALL_TIMEOUT_MS }, () => {
  it('is a few packages for a provider alone, and no framework is among them', async () => {
    await using stranger = await installStranger(['@mcp-whoami/generic-oidc']);
    await expectWithin(stranger, ofProvider);
    const installed = await installedPaths(stranger);
    expect(installed.filter((path) => frameworks.test(path))).toEqual([]);

    const program = "import { genericOidc } from '@mcp-whoami/generic-oidc'; console.log(genericOidc.id)";
    expect(await stranger.run('node', '--input-type=module', '-e', program)).toBe('generic-oidc\n');
  });

  it('is one authorization server for a provider that is a bridge', async () => {
    await using stranger = await installStranger(['@mcp-whoami/github']);
    await expectWithin(stranger, ofBridge);
    const installed = await installedPaths(stranger);
    // On which oidc-provider is built.
    expect(installed.filter((path) => frameworks.test(path))).toEqual([
      'node_modules/koa',
      'node_modules/koa-compose',
    ]);
    expect(copiesOf(installed, shared)).toEqual(shared);

    const program = "import { github } from '@mcp-whoami/github'; console.log(github.id, github.isBridge)";
    expect(await stranger.run('node', '--input-type=module', '-e', program)).toBe('github true\n');
    const settings =
      "import { bridgeSettings } from '@mcp-whoami/bridge/settings'; console.log('storeUrl' in bridgeSettings.shape)";
    expect(await stranger.run('node', '--input-type=module', '-e', settings)).toBe('true\n');
  });

  it('is everything once for the server, which has them all', async () => {
    await using stranger = await installStranger(['mcp-whoami']);
    await expectWithin(stranger, ofServer);
    const all = [...shared, '@modelcontextprotocol/sdk', '@modelcontextprotocol/server', 'express'];
    expect(copiesOf(await installedPaths(stranger), all)).toEqual(all);
  });

  it('is no second copy of an SDK, of mcp-auth or of Express, also beside an older SDK', async () => {
    const own = { '@modelcontextprotocol/sdk': '1.30.0', 'mcp-auth': '^0.2.0', express: '^5.0.0' };
    await using stranger = await installStranger(
      ['@mcp-whoami/generic-oidc', '@mcp-whoami/guard'],
      own,
      '--package-lock-only',
    );
    const names = Object.keys(own);
    expect(copiesOf(await installedPaths(stranger), names)).toEqual(names);
  });

  it('is no framework of tests, no browser and no container for the testkit alone', async () => {
    await using stranger = await installStranger(['@mcp-whoami/testkit'], {}, '--package-lock-only');
    const heavy = /node_modules\/(vitest|playwright-core|testcontainers|@modelcontextprotocol\/[^/]+)$/;
    expect((await installedPaths(stranger)).filter((path) => heavy.test(path))).toEqual([]);
  });
});

/** What several of our packages depend on. */
const shared = ['ioredis', 'jose', 'lru-cache', 'oauth4webapi', 'oidc-provider', 'zod'];

/** Of some packages, all copies that are installed, those inside another by their whole path. */
const copiesOf = (installed: readonly string[], names: readonly string[]): string[] =>
  names.flatMap((name) =>
    installed
      .filter((path) => path.endsWith(`node_modules/${name}`))
      .map((path) => path.replace(/^node_modules\//, '')),
  );

async function expectWithin(stranger: Stranger, { packages, size }: Bound): Promise<void> {
  const installed = await installedPaths(stranger);
  expect(installed.length, installed.join(' ')).toBeLessThanOrEqual(packages);
  expect(await sizeOf(join(stranger.folder, 'node_modules'))).toBeLessThanOrEqual(size);
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
