import { checkPackage } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { describe, expect, it } from 'vitest';
import { bytesOf, filesOf, manifestOf, tarballs, unpack } from './packed-files.ts';

/** The largest packed file of a library, and of the one that is for tests alone, in bytes. */
const MAX_LIBRARY_SIZE = 100 * 1024;
const MAX_TESTKIT_SIZE = 128 * 1024;

/** What only CommonJS and resolution without `exports` would have: the packages are ESM. */
const notForEsm = new Set(['NoResolution', 'CJSResolvesToESM']);

/** Specifiers of imports and exports that begin a line, and of dynamic imports. */
const imported = /(?:^(?:import|export)\s[^;']*?\sfrom |^import |\bimport\()'([^'.][^']*)'/gm;

describe.each(Object.keys(tarballs))('%s', (name) => {
  const bytes = bytesOf(name);
  const files = filesOf(name);
  const paths = [...files.keys()];
  const said = manifestOf(name);

  it('says what a registry and a reader want to know', () => {
    expect(said.name).toBe(name);
    expect(said.description).not.toBe('');
    expect(said.repository.url).toMatch(/^git\+https:/);
    expect(said.engines.node).toMatch(/^>=\d/);
    expect(paths).toContain('README.md');
    expect(paths).toContain('LICENSE');
    expect(files.get('package.json')).not.toMatch(/workspace:|catalog:|devDependencies|"scripts"/);
    for (const [dependency, range] of Object.entries(said.dependencies)) {
      expect(range, dependency).toMatch(/^\^\d/);
    }
  });

  it('is small, and has nothing but what it needs', () => {
    const most = name === '@mcp-whoami/testkit' ? MAX_TESTKIT_SIZE : MAX_LIBRARY_SIZE;
    expect(bytes.byteLength).toBeLessThanOrEqual(most);
    expect(paths.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))).toEqual([]);
    expect(paths.filter((path) => /(^|\/)test\//.test(path))).toEqual([]);
  });

  it('declares every package that its code or its declarations import', () => {
    const declared = new Set([name, ...Object.keys({ ...said.dependencies, ...said.peerDependencies })]);
    const undeclared = new Set<string>();
    for (const [path, text] of files) {
      if (!/\.(js|d\.ts)$/.test(path) || path.includes('/browser/')) continue;
      // An example in a comment imports nothing.
      for (const [, specifier = ''] of text.replaceAll(/\/\*[\s\S]*?\*\//g, '').matchAll(imported)) {
        if (specifier.startsWith('node:')) continue;
        const [scope = '', bare] = specifier.split('/');
        const wanted = scope.startsWith('@') ? `${scope}/${bare}` : scope;
        if (!declared.has(wanted)) undeclared.add(`${path}: ${wanted}`);
      }
    }
    expect([...undeclared]).toEqual([]);
  });

  it('passes publint', async () => {
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  it('has types that every resolution of ESM finds', async () => {
    const { problems = [] } = { problems: [], ...(await checkPackage(unpack(name))) };
    const kinds = problems.map(({ kind }) => kind).filter((kind) => !notForEsm.has(kind));
    expect(kinds).toEqual([]);
  });
});
