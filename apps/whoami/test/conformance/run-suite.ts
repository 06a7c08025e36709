import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

/** A version of the suite, and the revision of MCP whose scenarios it runs; all of them where none is named. */
export interface Suite {
  package: '@modelcontextprotocol/conformance' | '@modelcontextprotocol/conformance-0.1';
  revision?: '2025-11-25' | '2026-07-28';
}

const results = z.array(z.object({ id: z.string(), status: z.string() }));
const { resolve } = createRequire(import.meta.url);
const timeout = 50_000; // ms

/** Runs every scenario against a server: the ids of the checks that failed, for each by its name. */
export const runSuite = async (suite: Suite, url: string): Promise<Record<string, string[]>> => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const revision = suite.revision === undefined ? [] : ['--spec-version', suite.revision];
  const program = resolve(`${suite.package}/dist/index.js`);
  const options = ['server', '--url', url, '--suite', 'all', ...revision, '--output-dir', folder];
  // It exits with 1 when anything fails; what did is in the files.
  await promisify(execFile)(process.execPath, [program, ...options], { timeout }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 1)) throw error;
  });
  const failures = (await readdir(folder)).sort().map(async (run): Promise<[string, string[]]> => {
    const checks = results.parse(JSON.parse(await readFile(join(folder, run, 'checks.json'), 'utf8')));
    const failed = checks.filter(({ status }) => status === 'FAILURE').map(({ id }) => id);
    return [run.replace(/^server-(.*)-\d{4}-\d\d-\d\dT.*$/, '$1'), failed];
  });
  return Object.fromEntries(await Promise.all(failures));
};
