import { adaAtGithub, freePort, keycloakLike, startGithubLike, startStandIn } from '@mcp-whoami/testkit';
import { connectSdkV2 } from '@mcp-whoami/testkit/clients';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { filesOf, manifestOf } from './packed-files.ts';
import { describeStranger, INSTALL_TIMEOUT_MS, installStranger, type Stranger } from './stranger.ts';

const readme = filesOf('mcp-whoami').get('README.md') ?? '';
const [, develop = '', withKeycloak = '', help = ''] = [...readme.matchAll(/^```sh\n(.*)\n```$/gm)].map(
  ([, command]) => command,
);

describeStranger('npx mcp-whoami in an empty folder', () => {
  let stranger: Stranger;
  beforeAll(async () => {
    stranger = await installStranger(['mcp-whoami']);
  }, INSTALL_TIMEOUT_MS);
  afterAll(() => stranger[Symbol.asyncDispose]());

  it('says its version and every variable', async () => {
    const { version } = manifestOf('mcp-whoami');
    expect(await stranger.run('npx', 'mcp-whoami', '--version')).toBe(`${version}\n`);
    const told = await stranger.run('sh', '-c', help);
    const ofBridge = ['BRIDGE', 'ALLOWED_USERS', 'ALLOWED_GROUPS', 'STORE_URL', 'BRIDGE_SECRET'];
    for (const name of [
      'PUBLIC_URL',
      'KEYCLOAK_ISSUER',
      'OAUTH2_SUBJECT_PATH',
      'GITHUB_CLIENT_ID',
      ...ofBridge,
    ])
      expect(told).toContain(`  ${name} (`);
  });

  it('is for production: everybody’s identity provider is refused', async () => {
    await expect(stranger.run('npx', 'mcp-whoami')).rejects.toThrow('production');
  });

  it('serves a call of a signed-in client, and its page', async () => {
    await using server = await stranger.start(/whoami is ready at (\S+)/, { PORT: '0' }, 'sh', '-c', develop);
    const url = server.found;
    await using client = await connectSdkV2(`${url}/mcp`, { user: { sub: 'Ada Lovelace' } });
    expect(await client.callWhoami()).toMatchObject({ sub: 'dev-ada' });
    for (const path of ['/', '/page/main.js', '/page/base.css']) {
      expect((await fetch(`${url}${path}`)).status, path).toBe(200);
    }
    expect(server.output()).not.toMatch(/warning/i);
  });

  it('serves for an identity provider as the README has it', async () => {
    await using idp = await startStandIn(keycloakLike);
    const command = withKeycloak.replace('https://idp.example.com/realms/mcp', idp.issuer);
    expect(command).toContain(idp.issuer);
    await using server = await stranger.start(/whoami is ready at (\S+)/, { PORT: '0' }, 'sh', '-c', command);
    expect(server.found).toBe('https://mcp.example.com');
  });

  it('signs people in at GitHub, and keeps their grants, once it is told who may come and where', async () => {
    const port = await freePort();
    await using github = await startGithubLike({ redirectUri: `http://localhost:${port}/oauth/callback` });
    const environment = {
      PROVIDER: 'github',
      PORT: String(port),
      GITHUB_URL: github.origin,
      GITHUB_CLIENT_ID: github.client.id,
      GITHUB_CLIENT_SECRET: github.client.secret,
    };
    const start = (more: Record<string, string> = {}) =>
      stranger.start(/whoami is ready at (\S+)/, { ...environment, ...more }, 'npx', 'mcp-whoami');

    await expect(start()).rejects.toThrow(/ALLOWED_USERS is not set[\s\S]*STORE_URL is not set/);

    const kept = {
      ALLOWED_GROUPS: 'org:acme',
      STORE_URL: 'sqlite:./store.db',
      BRIDGE_SECRET: 'a-secret-of-32-bytes-or-of-more-than-that',
    };
    const tokens = await (async () => {
      await using server = await start(kept);
      expect(server.output()).toContain(`http://localhost:${port}/oauth/callback`);
      expect(server.output()).not.toMatch(/warning/i);
      await using client = await connectSdkV2(`${server.found}/mcp`, { user: { sub: 'ada' } });
      expect(await client.callWhoami()).toMatchObject({ sub: `github:${adaAtGithub.id}` });
      return client.tokens();
    })();
    if (tokens === undefined) throw new Error('the client has no tokens');

    await using restarted = await start(kept);
    await using client = await connectSdkV2(`${restarted.found}/mcp`, { tokens });
    expect(await client.callWhoami()).toMatchObject({ sub: `github:${adaAtGithub.id}` });
    expect(client.authorizations).toEqual([]);
  });
});
