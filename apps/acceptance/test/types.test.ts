import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifestOf, tarballs } from './packed-files.ts';
import { INSTALL_TIMEOUT_MS, installStranger, type Stranger } from './stranger.ts';

const libraries = Object.keys(tarballs).filter((name) => name.startsWith('@'));

const compilerOptions = {
  module: 'nodenext',
  target: 'es2023',
  lib: ['es2024', 'esnext.disposable'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  noEmit: true,
};

/** Every entry of every library, and what their types are used for. */
const program = `
${libraries.map((name, index) => `import * as library${index} from '${name}';`).join('\n')}
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
export const all = [${libraries.map((_, index) => `library${index}`).join(', ')}];
`;

const compilers = ['5.9', '6.0', '7.0'];

describe('the declarations of every library, without skipLibCheck', () => {
  let stranger: Stranger;
  beforeAll(async () => {
    const peers = Object.assign({}, ...libraries.map((name) => manifestOf(name).peerDependencies));
    stranger = await installStranger(libraries, {
      ...peers,
      'mcp-auth': '^0.2.0',
      '@types/express': '^5.0.0',
      '@types/node': '^24.0.0',
      ...Object.fromEntries(compilers.map((version) => [nameOf(version), `npm:typescript@~${version}.0`])),
    });
    await stranger.write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['program.ts'] }));
    await stranger.write('program.ts', program);
  }, INSTALL_TIMEOUT_MS);
  afterAll(() => stranger[Symbol.asyncDispose]());

  it.each(compilers)('compile with TypeScript %s', { timeout: INSTALL_TIMEOUT_MS }, async (version) => {
    expect(await stranger.run('node', `node_modules/${nameOf(version)}/bin/tsc`, '-p', '.')).toBe('');
  });
});

function nameOf(version: string): string {
  return `typescript-${version}`;
}
