import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, startStandIn } from '@mcp-whoami/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { filesOf, tarballs } from './packed-files.ts';
import { describeStranger, INSTALL_TIMEOUT_MS, installStranger, type Stranger } from './stranger.ts';

const names = Object.keys(tarballs);
const readmes = names.map((name) => ({ name, text: filesOf(name).get('README.md') ?? '' }));

it.each(readmes)(
  'the README of $name says how to install it, and has no link that npm breaks',
  ({ text }) => {
    expect(text).toMatch(/^npm install /m);
    const links = [...text.matchAll(/\]\(([^)]*)\)/g)].map(([, target]) => target);
    expect(links.filter((target) => !/^(https:|#)/.test(target ?? ''))).toEqual([]);
  },
);

const examples = readmes.flatMap(({ name, text }) => {
  let whole = '';
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ''], index) => {
    // What imports nothing goes on from the example before it.
    const complete = /^import /m.test(code);
    if (complete) whole = code;
    return {
      file: `${name.replace('@mcp-whoami/', '')}-${index + 1}.ts`,
      code: complete ? code : `${whole}\n{\n${code}}\n`,
    };
  });
});
const tests = examples.filter(({ code }) => code.includes("from 'node:test'"));
const servers = examples.filter(
  ({ code }) =>
    code.includes('@mcp-whoami/generic-oidc') && /3001/.test(code) && /\b(listen|serve)\(/.test(code),
);

/** All that the READMEs tell a reader to install, from the registry. */
const told = readmes
  .flatMap(({ text }) => [...text.matchAll(/^npm install (.*)$/gm)])
  .flatMap(([, words = '']) => words.split(' '))
  .filter((word) => !word.startsWith('-') && !names.includes(word));

const compilerOptions = {
  module: 'nodenext',
  target: 'es2024',
  lib: ['es2024', 'esnext.disposable', 'dom'],
  types: ['node'],
  strict: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  noEmit: true,
};

/** Has a program say that it listens: the examples themselves say nothing. */
const tellListening = `data:text/javascript,${encodeURIComponent(
  "import { subscribe } from 'node:diagnostics_channel';" +
    "subscribe('tracing:net.server.listen:asyncEnd', () => console.log('listening'));",
)}`;

describeStranger('the examples of the READMEs', { timeout: INSTALL_TIMEOUT_MS }, () => {
  let stranger: Stranger;
  beforeAll(async () => {
    stranger = await installStranger(names, {
      ...Object.fromEntries(told.map((name) => [name, '*'])),
      '@modelcontextprotocol/client': '^2.0.0',
      '@types/express': '^5.0.0',
      '@types/node': '^24.0.0',
      typescript: '~7.0.0',
    });
    await stranger.write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    await stranger.write('my-server.ts', await readFile(join(import.meta.dirname, 'my-server.ts'), 'utf8'));
    for (const { file, code } of examples) await stranger.write(file, code);
  }, INSTALL_TIMEOUT_MS);
  afterAll(() => stranger[Symbol.asyncDispose]());

  it('compile', async () => {
    expect(await stranger.run('node', 'node_modules/typescript/bin/tsc', '-p', '.')).toBe('');
  });

  it.each(tests)('pass as tests: $file', async ({ file }) => {
    expect(await stranger.run('node', '--test', file)).toMatch(/^ℹ pass [1-9]/m);
  });

  it.each(servers)('protect a server: $file', async ({ file, code }) => {
    await using idp = await startStandIn();
    const port = String(await freePort());
    await stranger.write(
      file,
      code.replaceAll('3001', port).replaceAll(/https:\/\/idp\.example\.com\/?/g, idp.issuer),
    );
    await using _server = await stranger.start(
      /listening/,
      { OIDC_ISSUER: idp.issuer },
      'node',
      '--import',
      tellListening,
      file,
    );
    const resource = `http://localhost:${port}/mcp`;
    const call = (headers = {}) => fetch(resource, { method: 'POST', headers });
    expect((await call()).status).toBe(401);
    const token = await idp.issueAccessToken({ resource });
    // Past the guard, where some servers want a body.
    expect([200, 400, 406, 415]).toContain((await call({ authorization: `Bearer ${token}` })).status);
    const other = await idp.issueAccessToken({ resource: 'http://localhost:1/mcp' });
    expect((await call({ authorization: `Bearer ${other}` })).status).toBe(401);
  });
});
