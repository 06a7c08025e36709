import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { codeIn } from '@mcp-whoami/testkit/repository';
import { describe, expect, it } from 'vitest';
import { takeEnvironmentFiles } from '../src/environment-files.ts';
import { providerNames } from '../src/providers.ts';

const root = new URL('../../../', import.meta.url);

/** A checkout with such a `.env.local`, and what becomes of an environment in it. */
const takenIn = async (own: string | Uint8Array, environment: Record<string, string | undefined>) => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'checkout-'));
  stack.defer(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, '.env.local'), own);
  await writeFile(join(folder, '.env'), 'KEYCLOAK_ISSUER=http://localhost:8080/realms/mcp-realm\n');
  const taken = { ...environment };
  takeEnvironmentFiles(taken, pathToFileURL(`${folder}/`));
  return taken;
};

describe('.env.local', () => {
  const own = 'PROVIDER=keycloak\nPORT="3005"\n';

  it('has the variables of one’s own, before those of the repository', async () => {
    expect(await takenIn(own, {})).toEqual({
      PROVIDER: 'keycloak',
      PORT: '3005',
      KEYCLOAK_ISSUER: 'http://localhost:8080/realms/mcp-realm',
    });
    expect(await takenIn(`${own}KEYCLOAK_ISSUER=http://idp.example`, {})).toMatchObject({
      KEYCLOAK_ISSUER: 'http://idp.example',
    });
  });

  it('overrules nothing that the environment says', async () => {
    expect(await takenIn(own, { PROVIDER: 'dev', PORT: '1' })).toMatchObject({ PROVIDER: 'dev', PORT: '1' });
  });

  it('may be as PowerShell writes it', async () => {
    const utf16 = new Uint8Array([0xff, 0xfe, ...Buffer.from(own.replaceAll('\n', '\r\n'), 'utf16le')]);
    expect(await takenIn(utf16, {})).toMatchObject({ PROVIDER: 'keycloak', PORT: '3005' });
    expect(await takenIn(`\ufeff${own}`, {})).toMatchObject({ PROVIDER: 'keycloak' });
  });

  it('is not read in production or by tests', async () => {
    for (const NODE_ENV of ['production', 'test'])
      expect(await takenIn(own, { NODE_ENV })).toEqual({ NODE_ENV });
  });

  it('need not be there', () => {
    expect(() => takeEnvironmentFiles({}, new URL('nowhere/', root))).not.toThrow();
  });

  it('is ignored by git, and read by `dev`, `watch` and `doctor` alone', async () => {
    expect(await readFile(new URL('.gitignore', root), 'utf8')).toContain('\n.env.local\n');
    const { scripts } = JSON.parse(await readFile(new URL('apps/whoami/package.json', root), 'utf8'));
    const readers = Object.keys(scripts).filter((name) => scripts[name].includes('development-defaults'));
    expect(readers).toEqual(['dev', 'watch', 'doctor']);
  });
});

describe('docs/windows.md', async () => {
  const document = await readFile(new URL('docs/windows.md', root), 'utf8');
  const [file = ''] = codeIn(document, 'ini');
  const [command = ''] = codeIn(document, 'sh');

  it('sets the same variables in every shell, for the same command', () => {
    const variables = file.split('\n').map((line) => line.split('='));
    expect(variables.map(([name]) => name)).toEqual(['PROVIDER', 'OIDC_ISSUER']);
    const [powershell] = codeIn(document, 'powershell');
    const [cmd] = codeIn(document, 'bat');
    expect(powershell).toBe(
      [...variables.map(([name, value]) => `$env:${name} = '${value}'`), command].join('\n'),
    );
    expect(cmd).toBe([...variables.map(([name, value]) => `set ${name}=${value}`), command].join('\n'));
  });

  it.each(['README.md', 'CONTRIBUTING.md', 'docs/tutorial.md', 'docs/tutorial.ko.md'])(
    'is linked by %s',
    async (name) => {
      expect(await readFile(new URL(name, root), 'utf8')).toContain('windows.md)');
    },
  );

  it.each(providerNames.filter((name) => name !== 'none'))('is linked by the README of %s', async (name) => {
    const readme = await readFile(new URL(`providers/${name}/README.md`, root), 'utf8');
    expect(readme).toContain('/docs/windows.md)');
  });
});
