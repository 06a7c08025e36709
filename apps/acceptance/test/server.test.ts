import { connectSdkV2 } from '@mcp-whoami/testkit/clients';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { manifestOf } from './packed-files.ts';
import { describeStranger, INSTALL_TIMEOUT_MS, installStranger, type Stranger } from './stranger.ts';

describeStranger('npx mcp-whoami in an empty folder', () => {
  let stranger: Stranger;
  beforeAll(async () => {
    stranger = await installStranger(['mcp-whoami']);
  }, INSTALL_TIMEOUT_MS);
  afterAll(() => stranger[Symbol.asyncDispose]());

  it('says its version and every variable', async () => {
    expect(await stranger.run('npx', 'mcp-whoami', '--version')).toBe(
      `${manifestOf('mcp-whoami').version}\n`,
    );
    const help = await stranger.run('npx', 'mcp-whoami', '--help');
    for (const name of ['PUBLIC_URL', 'KEYCLOAK_ISSUER', 'OAUTH2_SUBJECT_PATH'])
      expect(help).toContain(`  ${name} (`);
  });

  it('is for production: everybody’s identity provider is refused', async () => {
    await expect(stranger.run('npx', 'mcp-whoami')).rejects.toThrow('production');
  });

  it('serves a call of a signed-in client, and its page', async () => {
    const environment = { NODE_ENV: 'development', PORT: '0' };
    await using server = await stranger.start(/whoami is ready at (\S+)/, environment, 'npx', 'mcp-whoami');
    const url = server.found;
    await using client = await connectSdkV2(`${url}/mcp`, { user: { sub: 'Ada Lovelace' } });
    expect(await client.callWhoami()).toMatchObject({ sub: 'dev-ada' });
    for (const path of ['/', '/page/main.js', '/page/base.css']) {
      expect((await fetch(`${url}${path}`)).status, path).toBe(200);
    }
    expect(server.output()).not.toMatch(/warning/i);
  });
});
