import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, utimes } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startStandIn } from '@mcp-whoami/testkit';
import { connectSdkV1, connectSdkV2 } from '@mcp-whoami/testkit/clients';
import { codeIn, runCommand, withPart } from '@mcp-whoami/testkit/repository';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { generatedParts } from '../docs/generated-parts.ts';
import { providerNames } from '../src/providers.ts';

const root = new URL('../../../', import.meta.url);
const read = (path: string) => readFile(new URL(path, root), 'utf8');
const readme = await read('README.md');

const [devCommand = '', testCommand = '', providerCommand = '', bridgeCommand = ''] = codeIn(readme, 'sh');

const dryRun = z.object({
  tasks: z.array(z.object({ taskId: z.string(), dependencies: z.array(z.string()) })),
});

/** Runs a command of the README on a free port, until the server says where it is. */
const serve = async (command: string) => {
  const running = await runCommand(command, {
    env: { PORT: '0' },
    ready: /ready at (\S+)\n[\s\S]*VS Code/,
  });
  return Object.assign(running, { url: running.found });
};

describe('the documentation', async () => {
  it.each(await generatedParts())('$document has its $marker as the code says', async (part) => {
    const document = await read(part.document);
    expect(withPart(document, part), 'run `pnpm tables`').toBe(document);
  });
});

describe('turbo', () => {
  it('runs the tests of a package again when one that it depends on has changed', async () => {
    const dry = promisify(execFile)('pnpm', ['exec', 'turbo', 'test', '--dry=json'], {
      cwd: fileURLToPath(root),
    });
    const { tasks } = dryRun.parse(JSON.parse((await dry).stdout));
    const dependencies = new Map(tasks.map((task) => [task.taskId, task.dependencies]));
    // Its hash takes in the sources of whatever its transit task depends on.
    expect(dependencies.get('@mcp-whoami/guard#test')).toContain('@mcp-whoami/guard#transit');
    expect(dependencies.get('@mcp-whoami/guard#transit')).toContain('@mcp-whoami/provider#transit');
  });
});

/** Runs a command whose start cannot work, and gives what it says to that. */
const failureOf = async (command: string, environment: Record<string, string | undefined> = {}) => {
  const child = spawn(command, {
    cwd: fileURLToPath(root),
    env: { ...process.env, PORT: '0', ...environment },
    shell: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += String(chunk);
  });
  const [code] = await once(child, 'close');
  expect(code, output).toBe(1);
  return output;
};

describe('the scripts of the app', () => {
  it('`start` serves for production, where the embedded identity provider is refused', async () => {
    expect(await failureOf('pnpm --filter whoami start')).toContain('NODE_ENV does not work: production');
  });

  it('`dev` takes the realm of `pnpm keycloak` where no other is set', async () => {
    // Another issuer's metadata: the message names the one that is expected.
    await using idp = await startStandIn();
    const output = await failureOf('pnpm --filter whoami dev', {
      PROVIDER: 'keycloak',
      KEYCLOAK_ISSUER: undefined,
      KEYCLOAK_DISCOVERY_URL: idp.discoveryUrl,
    });
    expect(output).toContain('KEYCLOAK_ISSUER does not work: http://localhost:8080/realms/mcp-realm');
  });

  it('`watch` starts again when a source changes', async () => {
    await using server = await serve('pnpm --filter whoami watch');
    const source = new URL('apps/whoami/src/banner.ts', root);
    const now = new Date();
    await utimes(source, now, now);
    await expect.poll(() => server.output().match(/ready at/g), { timeout: 20_000 }).toHaveLength(2);
  });
});

describe('the README', () => {
  it.each(providerNames)('has a row for the provider %s', (name) => {
    expect(readme).toMatch(new RegExp(`^\\| \`${name}\` +\\|`, 'm'));
  });

  it('has no code block that no test runs', () => {
    // TypeScript is run by readme-code.test.ts, the proxy by proxy-example.test.ts; the banner is generated.
    const counts = ['sh', 'json', 'ts', 'text', 'ini', 'nginx'].map(
      (language) => codeIn(readme, language).length,
    );
    expect(counts).toEqual([4, 1, 2, 1, 1, 1]);
    expect(readme.match(/^```/gm)).toHaveLength(2 * 10);
  });

  it('starts the server with its first command, and shows what whoami answers', async () => {
    await using server = await serve(devCommand);
    await using client = await connectSdkV2(`${server.url}/mcp`, { user: { sub: 'Ada Lovelace' } });
    expect(await client.callWhoami()).toMatchObject(JSON.parse(codeIn(readme, 'json')[0] ?? ''));
    const [, issuer = ''] = /Issuer +(\S+)/.exec(server.output()) ?? [];
    const banner = codeIn(readme, 'text')[0]
      ?.replaceAll('http://localhost:3001', server.url)
      .replace(/(?<=Issuer +)\S+/, issuer);
    expect(server.output()).toContain(banner);
  });

  it('has as its second command what CI runs', async () => {
    expect(await read('.ci/run')).toContain(`\n${testCommand}\n`);
    expect(await read('.ci/bare-clone')).toContain(` ${devCommand} `);
  });

  it('is a bridge with its fourth command', async () => {
    await using server = await serve(bridgeCommand);
    const { authorization_endpoint: endpoint } = z
      .object({ authorization_endpoint: z.string() })
      .parse(await (await fetch(`${server.url}/.well-known/oauth-authorization-server`)).json());
    expect(endpoint).toBe(`${server.url}/oauth/authorize`);
    await expect.poll(() => server.output()).toContain(`${server.url}/oauth/callback`);
  });

  it('changes the provider with its third command', async () => {
    await using idp = await startStandIn({ issuerPath: '/realms/mcp-realm', jwtsHonoured: true });
    const issuer = 'http://localhost:8080/realms/mcp-realm';
    expect(providerCommand).toContain(issuer);
    await using server = await serve(providerCommand.replace(issuer, idp.issuer));
    await using client = await connectSdkV1(`${server.url}/mcp`);
    expect(await client.callWhoami()).toMatchObject({ sub: 'ada', iss: idp.issuer });
  });
});
