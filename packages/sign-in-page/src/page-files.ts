import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, sep } from 'node:path';
import { commonHeaders } from './page-headers.ts';

const folder = new URL('./browser/', import.meta.url);

const types: Readonly<Partial<Record<string, string>>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** What a path of the page is answered with. */
export interface PageAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

let files: ReadonlyMap<string, PageAnswer> | undefined;

/** The scripts and styles of any page, by their paths: read once, when the first page is made. */
export function pageFiles(): ReadonlyMap<string, PageAnswer> {
  files ??= readPageFiles();
  return files;
}

/** A browser finds no packages: it gets oauth4webapi as a file. */
function readPageFiles(): Map<string, PageAnswer> {
  const library = createRequire(import.meta.url).resolve('oauth4webapi');
  return new Map(
    readdirSync(folder, { encoding: 'utf8', recursive: true }).flatMap((name) => {
      const type = types[extname(name)];
      if (type === undefined) return [];
      const body = readFileSync(name === 'oauth4webapi.js' ? library : new URL(name, folder), 'utf8');
      const headers = {
        ...commonHeaders,
        'Content-Type': type,
        // Checked each time, so that a new version of the server never runs with an old script.
        'Cache-Control': 'no-cache',
        ETag: `"${createHash('sha256').update(body).digest('base64url')}"`,
      };
      return [[`/page/${name.split(sep).join('/')}`, { status: 200, headers, body }]];
    }),
  );
}
