import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ada, freePort, startStandIn } from '@mcp-whoami/testkit';
import { connectSdkV1 } from '@mcp-whoami/testkit/clients';
import { codeIn } from '@mcp-whoami/testkit/repository';
import { expect, it } from 'vitest';

const app = join(import.meta.dirname, '..');

/** The examples of a document's section "In your own server". */
const readExamples = async (document: string, language = 'ts') => {
  const text = await readFile(join(app, '../..', document), 'utf8');
  const section = text.split(/^## In your own server$/m).at(-1) ?? '';
  return codeIn(section, language);
};

/** Has the program tell its parent when it listens: the example itself says nothing. */
const tellListening = `data:text/javascript,${encodeURIComponent(
  "import { subscribe } from 'node:diagnostics_channel';" +
    "subscribe('tracing:net.server.listen:asyncEnd', () => process.send('listening'));",
)}`;

const end = async (child: ChildProcess) => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, 'exit');
};

/** Runs a program from a folder that has what the app depends on, until it listens. */
const run = async (code: string, environment: Record<string, string>, manifest = '{"type":"module"}') => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(app, '.readme-'));
  stack.defer(() => rm(folder, { recursive: true }));
  const program = join(folder, 'server.ts');
  await writeFile(program, code);
  await writeFile(join(folder, 'package.json'), manifest);

  const child = spawn(process.execPath, ['--import', tellListening, program], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  stack.defer(() => end(child));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [message] = await Promise.race([once(child, 'message'), once(child, 'close')]);
  if (message !== 'listening') throw new Error(`The example does not run:\n${output}`);

  const owned = stack.move();
  return {
    output: () => output,
    /** How it ends when it is told to. */
    terminate: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
      return child.exitCode;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
};

it('the example of the README is an MCP server with a manifest, which knows who calls and ends by SIGTERM', async () => {
  const [example = ''] = await readExamples('README.md');
  const [manifest = ''] = await readExamples('README.md', 'json');
  const [commands = ''] = await readExamples('README.md', 'sh');
  expect(JSON.parse(manifest)).toEqual({ type: 'module', scripts: { start: 'node server.ts' } });
  expect(commands).toMatch(/^npm start$/m);
  for (const [, name = ''] of example.matchAll(/from '(@?[\w-]+(?:\/[\w-]+)?)/g))
    expect(commands).toContain(
      name.startsWith('@mcp-whoami/') ? name.replace('@mcp-whoami/', '') : name.split('/server')[0],
    );

  const port = await freePort();
  await using idp = await startStandIn({ jwtsHonoured: true });
  const code = example.replaceAll('3001', String(port)).replace('https://idp.example.com/', idp.issuer);
  await using server = await run(code, {}, manifest);
  const resource = `http://localhost:${port}/mcp`;
  expect((await fetch(resource, { method: 'POST' })).status).toBe(401);
  const other = await idp.issueAccessToken({ resource: 'http://localhost:1/mcp' });
  expect((await fetch(resource, { headers: { authorization: `Bearer ${other}` } })).status).toBe(401);
  await using client = await connectSdkV1(resource);
  expect(await client.callWhoami()).toMatchObject({ subject: ada.sub, name: ada.name });
  expect(await server.terminate()).toBe(0);
});

it.each(['providers/generic-oidc/README.md', 'packages/sign-in-page/README.md'])(
  'the example of %s protects a server',
  async (document) => {
    const [example = ''] = await readExamples(document);
    const port = await freePort();
    const ported = example.replaceAll('3001', String(port));
    expect(ported.replaceAll(String(port), '3001')).toBe(example);
    expect(ported.match(new RegExp(String(port), 'g'))).toHaveLength(2);

    await using idp = await startStandIn();
    const code = ported.replace('https://idp.example.com/', idp.issuer);
    expect(code).toContain(idp.issuer);
    await using server = await run(code, {});
    const origin = `http://localhost:${port}`;
    const resource = `${origin}/mcp`;
    const metadataUrl = `${origin}/.well-known/oauth-protected-resource/mcp`;

    const refused = await fetch(resource, { method: 'POST' });
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe(
      `Bearer scope="openid profile email", resource_metadata="${metadataUrl}"`,
    );

    const metadata = await fetch(metadataUrl);
    expect(metadata.status).toBe(200);
    expect(await metadata.json()).toMatchObject({ resource, authorization_servers: [idp.issuer] });

    const token = await idp.issueAccessToken({ resource });
    const served = await fetch(resource, {
      method: 'POST',
      body: '{}',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
    expect(served.status).toBe(200);
    expect(await served.json()).toMatchObject({ subject: ada.sub, issuer: idp.issuer });

    const other = await idp.issueAccessToken({ resource: 'http://localhost:1/mcp' });
    expect((await fetch(resource, { headers: { authorization: `Bearer ${other}` } })).status).toBe(401);
    expect(server.output()).not.toContain(token);
  },
);

it('the example of the page’s README serves the page', async () => {
  const [example = ''] = await readExamples('packages/sign-in-page/README.md');
  const port = String(await freePort());
  await using idp = await startStandIn();
  const code = example.replaceAll('3001', port).replace('https://idp.example.com/', idp.issuer);
  await using _server = await run(code, { OIDC_ISSUER: idp.issuer });
  const html = await (await fetch(`http://localhost:${port}`)).text();
  for (const text of [
    '<h1>My server</h1>',
    'It knows the weather.',
    idp.issuer,
    `http://localhost:${port}/mcp`,
  ]) {
    expect(html).toContain(text);
  }
});

it('the second example of the README plugs into mcp-auth and into the MCP SDK', async () => {
  const [, example = ''] = await readExamples('README.md');
  const port = await freePort();
  const serve = `
import express from 'express';
const answer = (request, response) => response.json({ subject: request.auth.subject });
express().get('/auth', withMcpAuth, answer).get('/sdk', withMcpSdk, answer).listen(3001, '127.0.0.1');
`;
  await using idp = await startStandIn();
  const code = (example + serve).replaceAll('3001', String(port));
  await using _server = await run(code, { OIDC_ISSUER: idp.issuer, NODE_ENV: 'production' });

  const good = await idp.issueAccessToken({ resource: `http://localhost:${port}/mcp` });
  const other = await idp.issueAccessToken({ resource: 'http://localhost:1/mcp' });
  for (const path of ['auth', 'sdk']) {
    const get = (token: string) =>
      fetch(`http://localhost:${port}/${path}`, { headers: { authorization: `Bearer ${token}` } });
    expect(await (await get(good)).json(), path).toEqual({ subject: ada.sub });
    expect((await get(other)).status, path).toBe(401);
  }
});
