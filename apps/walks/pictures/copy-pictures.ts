import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { screenshots } from '../test/album.ts';

/** Copies the pictures of the tutorial's checkpoints from the walks that have just been made. */
const checkpoints = {
  'connect.webp': [/^without-authentication-/, 'connect.webp'],
  'tools.webp': [/^without-authentication-/, 'tools.webp'],
  'not-authenticated.webp': [/^without-authentication-/, 'result.webp'],
  'consent.webp': [/^github-a-client-/, 'consent.webp'],
  'github-claims.webp': [/^github-a-client-/, 'result.webp'],
  'sign-in.webp': [/^keycloak-.*-a-registered-client$/, 'sign-in.webp'],
  'connected.webp': [/^keycloak-.*-a-registered-client$/, 'connected.webp'],
  'claims.webp': [/^keycloak-.*-a-registered-client$/, 'result.webp'],
} as const;

const pictures = fileURLToPath(new URL('../../../docs/pictures/', import.meta.url));
await mkdir(pictures, { recursive: true });

const walks = (await readdir(screenshots)).sort((one, other) =>
  one.localeCompare(other, 'en', { numeric: true }),
);
for (const [picture, [walk, screenshot]] of Object.entries(checkpoints)) {
  const newest = walks.findLast((name) => walk.test(name));
  if (newest === undefined) throw new Error(`${picture}: no walk was made that matches ${walk}`);
  await copyFile(join(screenshots, newest, screenshot), join(pictures, picture));
}
process.stdout.write(`${Object.keys(checkpoints).length} pictures in ${pictures}\n`);
