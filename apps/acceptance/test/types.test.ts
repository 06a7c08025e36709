import { afterAll, beforeAll, expect, it } from 'vitest';
import { manifestOf, tarballs } from './packed-files.ts';
import { entriesOf } from './public-declarations.ts';
import { describeStranger, INSTALL_TIMEOUT_MS, installStranger, type Stranger } from './stranger.ts';

const libraries = Object.keys(tarballs).filter((name) => name.startsWith('@'));

/**
 * Its declarations are about oidc-provider's, and so about Koa's, which do not compile beside a content-disposition 2
 * (of Express) without skipLibCheck. So it is compiled in a folder of its own; no other library's reach them.
 */
const onKoa = '@mcp-whoami/authorization-server';

const entries = libraries
  .filter((name) => name !== onKoa)
  .flatMap((name) => Object.keys(entriesOf(name)).map((entry) => name + entry.replace('.', '')));

/** Entries for the MCP SDK v1 or for vitest, whose own declarations need the types of browsers. */
const needDom = /\/(sdk-v1|clients|provider-suite|chromium|keycloak)$/;

const compilerOptions = {
  module: 'nodenext',
  target: 'es2023',
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  noEmit: true,
};

const projects = {
  'without browser types': { lib: [], entries: entries.filter((entry) => !needDom.test(entry)), more: '' },
  'with what the types are used for': {
    lib: ['dom', 'dom.iterable'],
    entries,
    more: `
import { requireBearerAuth as requireBearerAuthV1 } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import { requireBearerAuth as requireBearerAuthV2 } from '@modelcontextprotocol/server';
import { MCPAuth } from 'mcp-auth';
import { genericOidc } from '@mcp-whoami/generic-oidc';
import { accessTokenOf, createGuard } from '@mcp-whoami/guard';
import { tokenVerifier as tokenVerifierV1 } from '@mcp-whoami/provider/sdk-v1';
import { tokenVerifier as tokenVerifierV2 } from '@mcp-whoami/provider/sdk-v2';
import express from 'express';

const resource = 'http://localhost:3001/mcp';
const connection = await genericOidc.connect({ issuer: 'https://idp.example.com/' }, { resources: [resource] });
const guard = createGuard({ connection, resources: [resource] });
express()
  .use(guard.entrance)
  .use(guard.requireBearer(resource), (request, response) => {
    const session: Record<string, unknown> | undefined = accessTokenOf(request);
    response.json(session);
  })
  .use(new MCPAuth({ server: connection.config }).bearerAuth(connection.verifyAccessToken))
  .use(requireBearerAuthV1({ verifier: tokenVerifierV1(connection) }));
export const gate = requireBearerAuthV2({ verifier: tokenVerifierV2(connection) });
`,
  },
};

const compilers = ['5.9', '6.0', '7.0'];
const packageOf = (version: string) => `typescript-${version}`;

describeStranger('the declarations of every library, without skipLibCheck', () => {
  let stranger: Stranger;
  beforeAll(async () => {
    const peers = Object.assign({}, ...libraries.map((name) => manifestOf(name).peerDependencies));
    stranger = await installStranger(libraries, {
      ...peers,
      'mcp-auth': '^0.2.0',
      '@types/express': '^5.0.0',
      '@types/node': '^24.0.0',
      ...Object.fromEntries(compilers.map((version) => [packageOf(version), `npm:typescript@~${version}.0`])),
    });
    for (const [index, project] of Object.values(projects).entries()) {
      const imports = project.entries.map((entry, number) => `import * as entry${number} from '${entry}';`);
      const all = `export const all = [${project.entries.map((_, number) => `entry${number}`).join(', ')}];`;
      await stranger.write(`program-${index}.ts`, `${imports.join('\n')}\n${project.more}${all}\n`);
      const lib = ['es2024', 'esnext.disposable', ...project.lib];
      const config = { compilerOptions: { ...compilerOptions, lib }, files: [`program-${index}.ts`] };
      await stranger.write(`tsconfig-${index}.json`, JSON.stringify(config));
    }
  }, INSTALL_TIMEOUT_MS);
  afterAll(() => stranger[Symbol.asyncDispose]());

  const cases = Object.keys(projects).flatMap((project, index) =>
    compilers.map((version) => ({ project, index, version })),
  );
  it.each(cases)(
    'compile $project with TypeScript $version',
    { timeout: INSTALL_TIMEOUT_MS },
    async ({ index, version }) => {
      const tsc = `node_modules/${packageOf(version)}/bin/tsc`;
      expect(await stranger.run('node', tsc, '-p', `tsconfig-${index}.json`)).toBe('');
    },
  );
});

describeStranger(`the declarations of ${onKoa}, without skipLibCheck`, () => {
  let stranger: Stranger;
  beforeAll(async () => {
    stranger = await installStranger([onKoa], {
      '@types/node': '^24.0.0',
      ...Object.fromEntries(compilers.map((version) => [packageOf(version), `npm:typescript@~${version}.0`])),
    });
    await stranger.write('program.ts', `export * from '${onKoa}';\n`);
    const lib = ['es2024', 'esnext.disposable'];
    const config = { compilerOptions: { ...compilerOptions, lib }, files: ['program.ts'] };
    await stranger.write('tsconfig.json', JSON.stringify(config));
  }, INSTALL_TIMEOUT_MS);
  afterAll(() => stranger[Symbol.asyncDispose]());

  it.each(compilers)('compile with TypeScript %s', { timeout: INSTALL_TIMEOUT_MS }, async (version) => {
    expect(await stranger.run('node', `node_modules/${packageOf(version)}/bin/tsc`, '-p', '.')).toBe('');
  });
});
