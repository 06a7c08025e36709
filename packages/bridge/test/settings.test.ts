import { readFile, writeFile } from 'node:fs/promises';
import { ConfigurationError, readEnvironment } from '@mcp-whoami/environment';
import { describe, expect, it } from 'vitest';
import { bridgeSettings } from '../src/bridge-settings.ts';
import { registerClient } from './client.ts';
import { startWithGithub } from './github.ts';
import { secret, sqliteFile } from './stores.ts';

describe('in production', () => {
  const refused = async (settings: NonNullable<Parameters<typeof startWithGithub>[0]>['settings']) => {
    const error = await startWithGithub({ production: true, ...(settings && { settings }) }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ConfigurationError);
    return error instanceof ConfigurationError ? error.problems : [];
  };

  it('who may come, and where it is kept, has to be said', async () => {
    expect(await refused({})).toMatchObject([
      { setting: 'allowedUsers', example: expect.stringMatching(/^allowedUsers.*@example\.com/) },
      { setting: 'storeUrl', example: expect.stringMatching(/^storeUrl.*sqlite:/) },
    ]);
    expect(await refused({ storeUrl: 'memory:' })).toMatchObject([{ setting: 'allowedUsers' }]);
    expect(await refused({ allowedUsers: ['*'] })).toMatchObject([{ setting: 'storeUrl' }]);
  });

  it('the refusal says why, and names the other setting that would do', async () => {
    const [problem] = await refused({ storeUrl: 'memory:' });
    expect(problem?.expected).toMatch(/allowedGroups.*account at the IdP/);
  });

  it.each([{ allowedUsers: ['*'] }, { allowedUsers: ['@example.com'] }, { allowedGroups: ['org:acme'] }])(
    'it starts with memory: written out, and with %o',
    async (lists) => {
      await using bridge = await startWithGithub({
        production: true,
        settings: { storeUrl: 'memory:', ...lists },
      });
      expect(bridge.connection.warnings.join()).not.toMatch(/allowedUsers|storeUrl/);
      await (await registerClient(bridge.publicUrl)).signIn('ada');
    },
  );
});

it('elsewhere the same is a warning', async () => {
  await using bridge = await startWithGithub();
  const warnings = bridge.connection.warnings.join('\n');
  expect(warnings).toContain('allowedUsers is not set');
  expect(warnings).toContain('storeUrl is not set');
});

describe('as variables', () => {
  const problemsOf = (environment: Record<string, string>) => {
    const reading = readEnvironment(bridgeSettings, environment);
    return reading.success ? [] : reading.problems;
  };

  it.each([
    ['BRIDGE_SECRET', 'short'],
    ['BRIDGE_SECRET', `${secret},short`],
    ['BRIDGE_ACCESS_TOKEN_LIFETIME', '59'],
    ['BRIDGE_ACCESS_TOKEN_LIFETIME', '86401'],
    ['BRIDGE_ACCESS_TOKEN_LIFETIME', '1h'],
    ['BRIDGE_CLIENT_DOCUMENTS', 'maybe'],
  ])('%s=%s is refused', (name, value) => {
    const problems = problemsOf({ [name]: value });
    expect(problems).toMatchObject([{ setting: name, expected: expect.stringMatching(/.{8}/) }]);
    // The value of a secret is not shown.
    if (name === 'BRIDGE_SECRET') expect(JSON.stringify(problems)).not.toMatch(/short|wJ3m0tV8/);
  });

  it('a store that outlives the process needs a secret that does too', () => {
    for (const url of ['sqlite:./store.db', 'redis://localhost:6379/0']) {
      expect(problemsOf({ STORE_URL: url })).toMatchObject([
        {
          setting: 'BRIDGE_SECRET',
          expected: expect.stringContaining('STORE_URL'),
          example: expect.anything(),
        },
      ]);
      expect(problemsOf({ STORE_URL: url, BRIDGE_SECRET: secret })).toEqual([]);
    }
    expect(problemsOf({ STORE_URL: 'memory:' })).toEqual([]);
    expect(problemsOf({})).toEqual([]);
  });

  it('two secrets are a rotation', () => {
    expect(readEnvironment(bridgeSettings, { BRIDGE_SECRET: `${secret},${secret}x` })).toMatchObject({
      success: true,
      values: { bridgeSecret: [secret, `${secret}x`] },
    });
  });
});

it('a store that cannot be opened is named, without its password', async () => {
  for (const storeUrl of [
    'postgres://ada:hunter2@localhost/db',
    'redis://ada:hunter2/x@localhost',
    'nonsense',
  ]) {
    const settings = { storeUrl, bridgeSecret: [secret] };
    const error = await startWithGithub({ settings }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ problems: [{ setting: 'storeUrl', example: expect.anything() }] });
    expect(String(error)).not.toContain('hunter2');
  }
});

it('a file that is not a store is not touched', async () => {
  await using store = await sqliteFile();
  await writeFile(store.file, 'a letter');
  const settings = { storeUrl: store.url, bridgeSecret: [secret] };
  await expect(startWithGithub({ settings })).rejects.toThrow(ConfigurationError);
  expect(await readFile(store.file, 'utf8')).toBe('a letter');
});

it.each([true, false])('promises documents of clients as it is told (%s)', async (bridgeClientDocuments) => {
  await using bridge = await startWithGithub({ settings: { bridgeClientDocuments } });
  const { metadata } = bridge.connection.published;
  expect(metadata.client_id_metadata_document_supported).toBe(bridgeClientDocuments || undefined);
});
