import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startStandIn } from '@mcp-whoami/testkit';
import { runCommand } from '@mcp-whoami/testkit/repository';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

/** Runs the command of the package, with nothing but the given environment. */
const run = async (args: readonly string[], environment: Record<string, string> = {}, input = '') => {
  const child = spawn(process.execPath, [cli, ...args], { env: environment });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    output.stdout += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    output.stderr += String(chunk);
  });
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  return { code, ...output };
};

const reportSchema = z.strictObject({
  ok: z.boolean(),
  provider: z.string().nullable(),
  issuer: z.string().nullable(),
  publicUrl: z.string().nullable(),
  findings: z.array(
    z.strictObject({
      section: z.string(),
      id: z.string(),
      severity: z.enum(['error', 'warning', 'ok', 'skipped']),
      title: z.string(),
      why: z.string().nullable(),
      mend: z.array(z.string()),
    }),
  ),
});

describe('mcp-whoami doctor', () => {
  it('ends with 0 and a report of one shape where nothing stops a sign-in', async () => {
    await using idp = await startStandIn();
    const variables = { PROVIDER: 'generic-oidc', OIDC_ISSUER: idp.issuer, PUBLIC_URL: 'http://localhost:1' };
    const { code, stdout, stderr } = await run(['doctor', '--json'], variables);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const report = reportSchema.parse(JSON.parse(stdout));
    expect(report).toMatchObject({ ok: true, provider: 'generic-oidc', issuer: idp.issuer });
  });

  it('ends with 1, and is readable in 80 columns, where something does', async () => {
    const { code, stdout } = await run(['doctor'], {
      PROVIDER: 'generic-oidc',
      OIDC_ISSUER: 'http://localhost:1/a/realm',
      PORT: '1',
    });
    expect(code).toBe(1);
    expect(stdout).toContain('  ERROR   OIDC_ISSUER does not work');
    expect(stdout).toMatch(/A sign-in does not work before\s+the\s+errors are mended/);
    // What is longer is one word, to be copied.
    for (const line of stdout.split('\n'))
      expect(line.length <= 80 || !/\S\s\S/.test(line.trim()), line).toBe(true);
  });

  it('reads a token from standard input, and shows nothing of it', async () => {
    await using idp = await startStandIn();
    const token = await idp.issueAccessToken({ resource: 'https://elsewhere.example/mcp' });
    const variables = { PROVIDER: 'generic-oidc', OIDC_ISSUER: idp.issuer, PORT: '1' };
    const { code, stdout, stderr } = await run(['doctor', '--token'], variables, `${token}\n`);
    expect(code).toBe(1);
    expect(stdout.replace(/\s+/g, ' ')).toContain('audience_mismatch');
    for (const part of token.split('.')) expect(stdout + stderr).not.toContain(part);
  });

  it.each([['--token', 'e30.SECRET.sig'], ['--token=SECRET'], ['--client-secret', 'SECRET']])(
    'repeats nothing of options that it does not know: %s',
    async (...args) => {
      const { code, stdout, stderr } = await run(['doctor', ...args]);
      expect(code).toBe(2);
      expect(stderr).toContain('standard input');
      expect(stdout + stderr).not.toContain('SECRET');
    },
  );

  it('is run in a checkout by the command of the README', async () => {
    const readme = await readFile(new URL('../../../../README.md', import.meta.url), 'utf8');
    const [, command = ''] = /^`(npx [^`]* run doctor)`/m.exec(readme) ?? [];
    await using idp = await startStandIn();
    const env = { PROVIDER: 'generic-oidc', OIDC_ISSUER: idp.issuer, PORT: '1' };
    await using program = await runCommand(command, { env, ready: /Errors: (\d+), / });
    expect(program.found).toBe('0');
  });

  it('is in the help', async () => {
    const { code, stdout } = await run(['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('mcp-whoami doctor [--json]');
  });
});
