import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ada, confidentialClient, freePort, signInForToken, startStandIn } from '@mcp-whoami/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
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
const isBridge = ({ code }: { code: string }) => code.includes("from '@mcp-whoami/bridge'");

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

/** The client that the example of a bridge is at its IdP. */
const clientOfBridge = (redirectUri: string) => ({
  ...confidentialClient,
  client_id: 'whoami',
  client_secret: 'the-secret-of-that-client',
  redirect_uris: [redirectUri],
});

const protectedResource = z.object({ authorization_servers: z.tuple([z.url()]) });
const authorizationServer = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  registration_endpoint: z.url(),
});

/** Where a client signs in, as it finds out that is given nothing but the URL of the server. */
async function findAuthorizationServer(resource: string) {
  const invited = await fetch(resource, { method: 'POST' });
  const [, metadataUrl = ''] =
    /resource_metadata="([^"]*)"/.exec(invited.headers.get('www-authenticate') ?? '') ?? [];
  const [issuer] = protectedResource.parse(await (await fetch(metadataUrl)).json()).authorization_servers;
  const metadata = await fetch(`${issuer}/.well-known/oauth-authorization-server`);
  return authorizationServer.parse(await metadata.json());
}

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

  /** Runs an example on a port of its own, with an IdP of this test. */
  const startExample = async (
    { file, code }: { file: string; code: string },
    issuer: string,
    port: number,
  ) => {
    const here = code.replaceAll('3001', String(port)).replaceAll(/https:\/\/idp\.example\.com\/?/g, issuer);
    await stranger.write(file, here);
    return stranger.start(/listening/, { OIDC_ISSUER: issuer }, 'node', '--import', tellListening, file);
  };

  it.each(servers.filter((example) => !isBridge(example)))('protect a server: $file', async (example) => {
    await using idp = await startStandIn();
    const port = await freePort();
    await using _server = await startExample(example, idp.issuer, port);
    const resource = `http://localhost:${port}/mcp`;
    const call = (headers = {}) => fetch(resource, { method: 'POST', headers });
    expect((await call()).status).toBe(401);
    const token = await idp.issueAccessToken({ resource });
    // Past the guard, where some servers want a body.
    expect([200, 400, 406, 415]).toContain((await call({ authorization: `Bearer ${token}` })).status);
    const other = await idp.issueAccessToken({ resource: 'http://localhost:1/mcp' });
    expect((await call({ authorization: `Bearer ${other}` })).status).toBe(401);
  });

  it.each(servers.filter(isBridge))('sign people in: $file', async (example) => {
    const port = await freePort();
    const resource = `http://localhost:${port}/mcp`;
    const clients = [clientOfBridge(`http://localhost:${port}/oauth/callback`)];
    await using idp = await startStandIn({ registration: 'off', accessTokens: 'opaque', clients });
    await using _server = await startExample(example, idp.issuer, port);

    const { issuer, ...found } = await findAuthorizationServer(resource);
    expect(issuer).toBe(new URL(resource).origin);
    const { accessToken } = await signInForToken(
      {
        issuer,
        authorizationEndpoint: found.authorization_endpoint,
        tokenEndpoint: found.token_endpoint,
        registrationEndpoint: found.registration_endpoint,
      },
      { user: ada, resource },
    );
    const call = (headers = {}) => fetch(resource, { method: 'POST', headers });
    const served = await call({ authorization: `Bearer ${accessToken}` });
    expect(served.status).toBe(200);
    expect(await served.json()).toMatchObject({ subject: `generic-oidc:${ada.sub}` });
    expect((await call()).status).toBe(401);
    const foreign = await idp.issueAccessToken({ resource });
    expect((await call({ authorization: `Bearer ${foreign}` })).status).toBe(401);
  });
});
