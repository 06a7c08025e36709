import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ada,
  freePort,
  githubLikeUser,
  logtoLike,
  nativeClient,
  type StandIn,
  type StandInOptions,
  startGithubLike,
  startStandIn,
} from '@mcp-whoami/testkit';
import { connectSdkV1, connectSdkV2 } from '@mcp-whoami/testkit/clients';
import { codeBlocks, runCommand } from '@mcp-whoami/testkit/repository';
import { describe, expect, it } from 'vitest';
import { readTutorial, tutorialCommands } from './document.ts';
import { inspectorAtHand, inspectorEnvironment, inspectorIsReady } from './start-inspector.ts';
import { whoamiIsReady } from './start-whoami.ts';

const commands = await tutorialCommands();
const text = await readTutorial('');

const runServer = (command: string, env: Record<string, string> = {}) =>
  runCommand(command, { ready: whoamiIsReady, env: { PORT: '0', ...env } });

/** The client that a person has registered at the IdP. */
const registered = { clientInformation: { client_id: nativeClient.client_id } };

/** Stands in for an IdP that wants a scope in every request. */
const someScope = { OAUTH2_SCOPES: 'openid' };

type AtIdp = {
  name: string;
  idp: StandInOptions;
  command: string;
  /** What the tutorial says, and what is there in its place. */
  addresses: (idp: StandIn) => Record<string, string>;
  env?: Record<string, string>;
  client?: typeof registered;
  user: Record<string, unknown>;
};

const atIdps: AtIdp[] = [
  {
    name: 'Logto',
    idp: logtoLike,
    command: commands.logto,
    addresses: ({ origin }) => ({ 'https://your-tenant.logto.app': origin }),
    client: registered,
    user: { sub: ada.sub },
  },
  {
    name: 'Keycloak',
    idp: { issuerPath: '/realms/mcp-realm', jwtsHonoured: true },
    command: `KEYCLOAK_ISSUER=the-issuer ${commands.keycloak}`,
    addresses: ({ issuer }) => ({ 'the-issuer': issuer }),
    user: { sub: ada.sub, name: ada.name },
  },
  {
    name: 'another OpenID Connect provider',
    idp: {},
    command: commands.oidc,
    addresses: ({ issuer }) => ({ 'https://idp.example.com': issuer }),
    user: { sub: ada.sub },
  },
  {
    name: 'OAuth 2.0 with metadata',
    idp: { metadata: 'rfc8414', issuerPath: '/oauth', jwtsHonoured: true },
    command: commands.oauth2,
    addresses: ({ issuer }) => ({ 'https://idp.example.com/oauth': issuer }),
    env: someScope,
    user: { sub: ada.sub },
  },
  {
    name: 'OAuth 2.0 without metadata',
    idp: {
      metadata: 'none',
      accessTokens: 'opaque',
      resource: 'ignored',
      userinfoAnswer: githubLikeUser,
    },
    command: commands.withoutMetadata,
    addresses: (idp) => ({
      'https://github.com/login/oauth/authorize': idp.authorizationEndpoint,
      'https://github.com/login/oauth/access_token': idp.tokenEndpoint,
      'https://api.github.com/user': idp.userinfoUrl,
    }),
    env: someScope,
    client: registered,
    user: { login: ada.sub, name: ada.name },
  },
];

describe('the commands of the tutorial', () => {
  it('are all run by a test', () => {
    // Those of the Keycloak in a container: test/keycloak/tutorial.test.ts.
    expect(Object.values(commands).flat()).toHaveLength(11);
    expect(commands.rest).toEqual([]);
  });

  it('start a server that knows nobody', async () => {
    await using server = await runServer(commands.none);
    await using client = await connectSdkV1(`${server.found}/sse`, { transport: 'sse' });
    expect(await client.callWhoami()).toEqual({ error: 'Not authenticated' });
    expect(codeBlocks(text)).toContainEqual({
      language: 'json',
      code: '{ "error": "Not authenticated" }',
    });
  });

  it('start MCP Inspector', async () => {
    await using stack = new AsyncDisposableStack();
    const home = await mkdtemp(join(tmpdir(), 'inspector-'));
    stack.defer(() => rm(home, { recursive: true, force: true }));
    const port = await freePort();
    const env = inspectorEnvironment(port, home);
    await using inspector = await runCommand(commands.inspector, {
      ready: inspectorIsReady,
      env,
      programs: inspectorAtHand,
    });
    const page = await fetch(inspector.found);
    expect(await page.text()).toContain('MCP Inspector');
  });

  it('start a server with its own identity provider', async () => {
    await using server = await runServer(commands.dev);
    await using client = await connectSdkV2(`${server.found}/mcp`, { user: { sub: 'Ada Lovelace' } });
    expect(await client.callWhoami()).toMatchObject({ sub: 'dev-ada' });
  });

  it.each<[string, Record<string, string>]>([
    ['everybody', {}],
    ['an organization', { ALLOWED_GROUPS: 'org:acme' }],
    ['a team', { ALLOWED_GROUPS: 'acme/engines' }],
    ['an address', { ALLOWED_USERS: 'ada@example.com' }],
  ])('start a server for GitHub, open to %s', async (_, who) => {
    await using github = await startGithubLike();
    const command = commands.github
      .replace('your-client-id', github.client.id)
      .replace('your-client-secret', github.client.secret);
    await using server = await runServer(command, { GITHUB_URL: github.origin, ...who });
    await expect.poll(server.output).toContain(`${server.found}/oauth/callback`);
    github.registerRedirect(`${server.found}/oauth/callback`);
    await using client = await connectSdkV2(`${server.found}/mcp`, { user: { sub: 'ada' } });
    expect(await client.callWhoami()).toMatchObject({ sub: 'github:1005', name: ada.name });
    if (Object.keys(who).length === 0) return;
    const asGrace = connectSdkV2(`${server.found}/mcp`, { user: { sub: 'grace' } });
    await expect(asGrace).rejects.toThrow('You have no access here');
  });

  it.each(atIdps)(
    'start a server for $name',
    async ({ idp: options, command, addresses, env, client, user }) => {
      await using idp = await startStandIn(options);
      const atStandIn = Object.entries(addresses(idp)).reduce((text, [documented, actual]) => {
        expect(text).toContain(documented);
        return text.replace(documented, actual);
      }, command);
      await using server = await runServer(atStandIn, env);
      await using connected = await connectSdkV2(`${server.found}/mcp`, client);
      expect(await connected.callWhoami()).toMatchObject(user);
    },
  );
});
