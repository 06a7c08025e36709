import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPackageFromTarballData } from '@arethetypeswrong/core';
import { z } from 'zod';

/** Where `pnpm pack:all` leaves what npm gets. */
export const artifacts = join(import.meta.dirname, '../../../artifacts');

const ranges = z.record(z.string(), z.string()).default({});

/** What a stranger's npm reads of a package. */
export const manifest = z.looseObject({
  name: z.string(),
  version: z.string(),
  description: z.string(),
  keywords: z.array(z.string()).min(1),
  license: z.literal('MIT'),
  repository: z.object({ type: z.literal('git'), url: z.string(), directory: z.string() }),
  engines: z.object({ node: z.string() }),
  dependencies: ranges,
  peerDependencies: ranges,
});

/** The packed files, by the name of their package. */
export const tarballs: Readonly<Record<string, string>> = Object.fromEntries(
  readdirSync(artifacts).map((file) => [
    file.replace(/-\d.*$/, '').replace(/^mcp-whoami-/, '@mcp-whoami/'),
    join(artifacts, file),
  ]),
);

/** The path of a package's packed file. */
export function tarballOf(name: string): string {
  const path = tarballs[name];
  if (path === undefined) throw new TypeError(`${name} is not packed; there are ${Object.keys(tarballs)}`);
  return path;
}

export const bytesOf = (name: string) => readFileSync(tarballOf(name));

/** The files of a package, by their paths in it. */
export function filesOf(name: string): ReadonlyMap<string, string> {
  const unpacked = unpack(name);
  return new Map(
    unpacked
      .listFiles()
      .map((path) => [path.replace(`/node_modules/${unpacked.packageName}/`, ''), unpacked.readFile(path)]),
  );
}

export const unpack = (name: string) => createPackageFromTarballData(new Uint8Array(bytesOf(name)));

export const manifestOf = (name: string) =>
  manifest.parse(JSON.parse(filesOf(name).get('package.json') ?? ''));
