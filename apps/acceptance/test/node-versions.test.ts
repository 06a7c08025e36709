import { execPath, platform } from 'node:process';
import { ada, startStandIn } from '@mcp-whoami/testkit';
import { connectSdkV2 } from '@mcp-whoami/testkit/clients';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tarballs } from './packed-files.ts';
import { entriesOf } from './public-declarations.ts';
import { describeStranger, INSTALL_TIMEOUT_MS, installStranger, type Stranger } from './stranger.ts';

/** Node itself by npm, which has it for Linux in every version; elsewhere only the one that runs this. */
const fetched = platform === 'linux' ? ['22', '26'] : [];
const nodes: Readonly<Record<string, string>> = {
  ...Object.fromEntries(fetched.map((version) => [version, `node_modules/node-${version}/bin/node`])),
  24: execPath,
};

/** Entries that need nothing beside their package. */
const entries = Object.keys(tarballs)
  .filter((name) => name.startsWith('@'))
  .flatMap((name) => Object.keys(entriesOf(name)).map((entry) => name + entry.replace('.', '')))
  .filter((entry) => !/\/(sdk-v1|sdk-v2|provider-suite|chromium|keycloak)$/.test(entry));

const program = `
${entries.map((entry) => `await import('${entry}');`).join('\n')}
const { genericOidc } = await import('@mcp-whoami/generic-oidc');
const connection = await genericOidc.connectFromEnvironment(process.env, { resources: [process.env.RESOURCE] });
const { subject } = await connection.verifyAccessToken(process.env.TOKEN);
console.log(\`Node \${process.versions.node.split('.')[0]} knows \${subject}\`);
process.exit();
`;

/** A bridge whose grants are in a file. Nobody signs in: it has to have its keys, and give them to a client. */
const bridgeProgram = `
import { createServer } from 'node:http';
import { github } from '@mcp-whoami/github';
const resources = ['http://localhost:3001/mcp'];
const options = { clientId: 'a', clientSecret: 'b', allowedUsers: ['*'], bridgeSecret: ['x'.repeat(32)] };
const storeUrl = \`sqlite:./store-\${process.versions.node}.db\`;
const connection = await github.connect({ ...options, storeUrl }, { resources });
const server = createServer((request, response) =>
  connection.routes.handle(request, response, { target: request.url, caller: ['127.0.0.1'], details: {} }),
).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const answer = await fetch(\`http://127.0.0.1:\${server.address().port}/oauth/jwks\`);
const { keys } = await answer.json();
await connection[Symbol.asyncDispose]();
console.log(\`Node \${process.versions.node.split('.')[0]} has \${keys[0].kty} keys\`);
process.exit();
`;

describeStranger('on every Node that is promised', () => {
  let stranger: Stranger;
  beforeAll(async () => {
    stranger = await installStranger(Object.keys(tarballs), {
      '@modelcontextprotocol/client': '^2.0.0',
      express: '^5.0.0',
      ...Object.fromEntries(
        fetched.map((version) => [`node-${version}`, `npm:node-linux-${process.arch}@^${version}.0.0`]),
      ),
    });
    await stranger.write('program.js', program);
    await stranger.write('bridge.js', bridgeProgram);
  }, INSTALL_TIMEOUT_MS);
  afterAll(() => stranger[Symbol.asyncDispose]());

  it.each(Object.entries(nodes))(
    'the libraries load and verify a token on Node %s',
    async (version, node) => {
      await using idp = await startStandIn();
      const RESOURCE = 'http://localhost:3001/mcp';
      const TOKEN = await idp.issueAccessToken({ resource: RESOURCE });
      const environment = { OIDC_ISSUER: idp.issuer, RESOURCE, TOKEN };
      await using verified = await stranger.start(/knows (\S+)/, environment, node, 'program.js');
      expect(verified.found).toBe(ada.sub);
      expect(verified.output()).toContain(`Node ${version} `);
    },
  );

  it.each(Object.entries(nodes))('a bridge over SQLite starts on Node %s', async (version, node) => {
    await using started = await stranger.start(/has (\S+) keys/, {}, node, 'bridge.js');
    expect(started.output()).toContain(`Node ${version} has EC keys`);
  });

  describe.each(Object.entries(nodes).filter(([version]) => version !== '22'))(
    'the server',
    (version, node) => {
      it(`serves a call on Node ${version}`, async () => {
        const environment = { NODE_ENV: 'development', PORT: '0' };
        const bin = 'node_modules/mcp-whoami/dist/cli.js';
        await using server = await stranger.start(/whoami is ready at (\S+)/, environment, node, bin);
        await using client = await connectSdkV2(`${server.found}/mcp`, { user: { sub: 'Ada Lovelace' } });
        expect(await client.callWhoami()).toMatchObject({ sub: 'dev-ada' });
      });
    },
  );
});
