import { ada, type StandIn, startStandIn } from '@mcp-whoami/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INSTALL_TIMEOUT_MS, installStranger, type Stranger } from '../stranger.ts';
import { countPrograms, readmePrograms } from './readme-programs.ts';

/** As in the README: the port is another, but clients know the server by this. */
const resource = 'http://localhost:3001/mcp';
const metadataUrl = 'http://localhost:3001/.well-known/oauth-protected-resource/mcp';
const scopes = 'openid profile email';

/** What a host answers where its own middleware, not the guard, gives the answer. */
interface Answers {
  /** The parameters of the challenge. */
  missing: Record<string, string>;
  refused: Record<string, string>;
  scopeless: Record<string, string>;
  outage: { status: number; retryAfter: boolean };
}

const exact: Answers = {
  missing: { resource_metadata: metadataUrl, scope: scopes },
  refused: { error: 'invalid_token', resource_metadata: metadataUrl, scope: scopes },
  scopeless: { error: 'insufficient_scope', resource_metadata: metadataUrl, scope: scopes },
  outage: { status: 503, retryAfter: true },
};

/** The SDKs ask for the scopes that are required, and know no 503. */
const ofSdk: Answers = {
  missing: { error: 'invalid_token', resource_metadata: metadataUrl, scope: 'profile' },
  refused: { error: 'invalid_token', resource_metadata: metadataUrl, scope: 'profile' },
  scopeless: { error: 'insufficient_scope', resource_metadata: metadataUrl, scope: 'profile' },
  outage: { status: 500, retryAfter: false },
};

const hosts: Readonly<Record<string, Answers>> = {
  'express.ts': exact,
  'hono.ts': exact,
  'fastify.ts': exact,
  'fastmcp.ts': exact,
  'route.ts': exact,
  'sdk-v2-handler.ts': exact,
  'mcp-auth.ts': {
    ...exact,
    missing: { error: 'missing_auth_header', resource_metadata: metadataUrl },
    scopeless: { error: 'missing_required_scopes' },
  },
  'sdk-v1.ts': ofSdk,
  'sdk-v2.ts': ofSdk,
};

const packages = {
  '@hono/node-server': '^2.1.0',
  '@modelcontextprotocol/express': '^2.0.0',
  '@modelcontextprotocol/sdk': '^1.32.0',
  '@modelcontextprotocol/server': '^2.4.0',
  '@types/express': '^5.0.0',
  '@types/node': '^24.0.0',
  express: '^5.3.0',
  fastify: '^5.12.0',
  fastmcp: '^4.20.0',
  hono: '^4.13.0',
  'mcp-auth': '^0.2.0',
  'mcp-handler': '^2.4.0',
  typescript: '~6.0.0',
};

/** What Next.js does with the exports of a route. */
const routeRunner = `
import { serve } from '@hono/node-server';
import * as route from './route.ts';
serve({ fetch: (request) => route[request.method](request), port: 3001, hostname: '127.0.0.1' });
`;

const compilerOptions = {
  module: 'nodenext',
  target: 'es2023',
  lib: ['es2024', 'esnext.disposable'],
  types: ['node'],
  strict: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
};

/** Says on which port a program listens, as the program itself says nothing. */
const tellPort = `
import { subscribe } from 'node:diagnostics_channel';
subscribe('tracing:net.server.listen:asyncEnd', ({ server }) => console.log('listening on', server.address().port));
`;

const programs = readmePrograms();
const runOf = (name: string) => (name === 'route.ts' ? 'next.ts' : name);

let stranger: Stranger;
beforeAll(async () => {
  stranger = await installStranger(['@mcp-whoami/guard', '@mcp-whoami/generic-oidc'], packages);
  await stranger.write('tell-port.js', tellPort);
  for (const [name, code] of [...programs, ['next.ts', routeRunner] as const]) {
    await stranger.write(name, code.replaceAll(/(?<!localhost:)3001/g, '0'));
  }
}, INSTALL_TIMEOUT_MS);
afterAll(() => stranger[Symbol.asyncDispose]());

/** Runs a program of the README, whose users come from an IdP that fails as it is told. */
const startHost = async (name: string) => {
  await using stack = new AsyncDisposableStack();
  const idp = stack.use(await startStandIn());
  const environment = { OIDC_ISSUER: idp.issuer, OIDC_REQUIRED_SCOPES: 'profile' };
  const command = ['--import', './tell-port.js', runOf(name)] as const;
  const host = stack.use(await stranger.start(/listening on \d+/, environment, process.execPath, ...command));
  const [, port] = /listening on (\d+)/.exec(host.output()) ?? [];
  const url = `http://127.0.0.1:${port}`;
  const owned = stack.move();
  return { idp, url, output: host.output, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};

/** Calls the tool, or the handler that answers anything with claims. */
const call = async (url: string, token?: string) => {
  const response = await fetch(`${url}/mcp`, {
    method: 'POST',
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'whoami', arguments: {} },
    }),
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

/** The parameters of a challenge but its texts. */
const challengeOf = (headers: Headers): Record<string, string | undefined> => {
  const challenge = headers.get('www-authenticate') ?? '';
  expect(challenge).toMatch(/^Bearer /);
  const parameters = [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value]) => [key, value]);
  const { error_description: _, ...rest } = Object.fromEntries(parameters);
  return rest;
};

const tokenOf = (idp: StandIn, claims: object = {}) =>
  idp.signJwt(idp.validClaims({ aud: resource, ...claims }));

it('every program of the README is one that is run here', () => {
  expect([...programs.keys()].toSorted()).toEqual(Object.keys(hosts).toSorted());
  expect(programs.size).toBe(countPrograms());
});

it('the programs compile', { timeout: INSTALL_TIMEOUT_MS }, async () => {
  await stranger.write('tsconfig.json', JSON.stringify({ compilerOptions, files: [...programs.keys()] }));
  expect(await stranger.run('npx', 'tsc', '-p', '.')).toBe('');
});

describe.each(Object.entries(hosts))(
  '%s',
  { timeout: 60_000 },
  (name, { missing, refused, scopeless, outage }) => {
    it('refuses with all that a client has to know', async () => {
      await using host = await startHost(name);
      const { idp, url } = host;

      const invited = await call(url);
      expect([invited.status, challengeOf(invited.headers)]).toEqual([401, missing]);

      const other = await call(url, tokenOf(idp, { aud: 'http://localhost:1/mcp' }));
      expect([other.status, challengeOf(other.headers)]).toEqual([401, refused]);

      const lacking = await call(url, tokenOf(idp, { scope: 'openid' }));
      expect([lacking.status, challengeOf(lacking.headers)]).toEqual([403, scopeless]);

      const metadata = await fetch(`${url}${new URL(metadataUrl).pathname}`);
      expect(await metadata.json()).toMatchObject({ resource, authorization_servers: [idp.issuer] });
    });

    it('never calls an outage a bad token, and heals', async () => {
      await using host = await startHost(name);
      const { idp, url } = host;
      const token = tokenOf(idp);
      idp.fail('jwks', 'status-500');
      const down = await call(url, token);
      expect(down.status).toBe(outage.status);
      expect(down.headers.has('retry-after')).toBe(outage.retryAfter);
      expect(down.headers.has('www-authenticate')).toBe(false);
      idp.recover();
      const healed = await call(url, token);
      expect(healed.status, healed.text).toBe(200);
      expect(healed.text).toContain(ada.sub);
      expect(host.output()).not.toContain(token);
    });

    it('asks the IdP once for 30 calls', async () => {
      await using host = await startHost(name);
      const { idp, url } = host;
      const token = tokenOf(idp);
      const calls = await Promise.all(Array.from({ length: 30 }, () => call(url, token)));
      expect(new Set(calls.map(({ status }) => status))).toEqual(new Set([200]));
      expect([idp.requests.count('jwks'), idp.requests.count('userinfo')]).toEqual([1, 1]);
    });
  },
);
