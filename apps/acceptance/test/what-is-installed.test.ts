import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeStranger, INSTALL_TIMEOUT_MS, installedPaths, installStranger } from './stranger.ts';

const MAX_PACKAGES = 12;
const MAX_SIZE = 20 * 1024 * 1024; // bytes

/** What a program in any framework would not want twice, or at all. */
const frameworks = /^node_modules\/(express|koa|hono|fastify|mcp-auth|@modelcontextprotocol\/|pino|ajv)/;

describeStranger('what is installed', { timeout: INSTALL_TIMEOUT_MS }, () => {
  it('is a few packages for a provider alone, and no framework is among them', async () => {
    await using stranger = await installStranger(['@mcp-whoami/generic-oidc']);
    const installed = await installedPaths(stranger);
    expect(installed.length, installed.join(' ')).toBeLessThanOrEqual(MAX_PACKAGES);
    expect(installed.filter((path) => frameworks.test(path))).toEqual([]);
    expect(await sizeOf(join(stranger.folder, 'node_modules'))).toBeLessThanOrEqual(MAX_SIZE);

    const program = "import { genericOidc } from '@mcp-whoami/generic-oidc'; console.log(genericOidc.id)";
    expect(await stranger.run('node', '--input-type=module', '-e', program)).toBe('generic-oidc\n');
  });

  it('is no second copy of an SDK, of mcp-auth or of Express, also beside an older SDK', async () => {
    const own = { '@modelcontextprotocol/sdk': '1.30.0', 'mcp-auth': '^0.2.0', express: '^5.0.0' };
    await using stranger = await installStranger(
      ['@mcp-whoami/generic-oidc', '@mcp-whoami/guard'],
      own,
      '--package-lock-only',
    );
    const installed = await installedPaths(stranger);
    for (const name of Object.keys(own)) {
      const copies = installed.filter((path) => path.endsWith(`node_modules/${name}`));
      expect(copies, name).toEqual([`node_modules/${name}`]);
    }
  });

  it('is no framework of tests, no browser and no container for the testkit alone', async () => {
    await using stranger = await installStranger(['@mcp-whoami/testkit'], {}, '--package-lock-only');
    const heavy = /node_modules\/(vitest|playwright-core|testcontainers|@modelcontextprotocol\/[^/]+)$/;
    expect((await installedPaths(stranger)).filter((path) => heavy.test(path))).toEqual([]);
  });
});

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
