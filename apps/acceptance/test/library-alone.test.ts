import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { INSTALL_TIMEOUT_MS, installStranger } from './stranger.ts';

const MAX_PACKAGES = 12;
const MAX_SIZE = 20 * 1024 * 1024; // bytes

/** What a program in any framework would not want twice, or at all. */
const frameworks = /^node_modules\/(express|koa|hono|fastify|mcp-auth|@modelcontextprotocol\/|pino|ajv)/;

it('a provider alone is a few packages, and no framework is among them', {
  timeout: INSTALL_TIMEOUT_MS,
}, async () => {
  await using stranger = await installStranger(['@mcp-whoami/generic-oidc']);
  const lock = JSON.parse(await readFile(join(stranger.folder, 'package-lock.json'), 'utf8'));
  const installed = Object.keys(lock.packages).filter((path) => path !== '');
  expect(installed.length, installed.join(' ')).toBeLessThanOrEqual(MAX_PACKAGES);
  expect(installed.filter((path) => frameworks.test(path))).toEqual([]);
  expect(await sizeOf(join(stranger.folder, 'node_modules'))).toBeLessThanOrEqual(MAX_SIZE);

  const program = "import { genericOidc } from '@mcp-whoami/generic-oidc'; console.log(genericOidc.id)";
  expect(await stranger.run('node', '--input-type=module', '-e', program)).toBe('generic-oidc\n');
});

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
