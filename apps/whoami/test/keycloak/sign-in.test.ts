import { connectSdkV1, connectSdkV2 } from '@mcp-whoami/testkit/clients';
import { describeKeycloak } from '@mcp-whoami/testkit/keycloak';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { modes } from '../eras/modes.ts';
import { inspector, startWhoamiOnKeycloak, testuser } from './start-whoami-on-keycloak.ts';

const clients = {
  'SDK v1 over /mcp': { connect: connectSdkV1, transport: 'http', path: 'mcp' },
  'SDK v1 over /sse': { connect: connectSdkV1, transport: 'sse', path: 'sse' },
  'SDK v2 over /mcp': { connect: connectSdkV2, transport: 'http', path: 'mcp' },
  'SDK v2 over /sse': { connect: connectSdkV2, transport: 'sse', path: 'sse' },
} as const;

describeKeycloak('sign-in', (keycloak) => {
  let started: Awaited<ReturnType<typeof startWhoamiOnKeycloak>>;
  beforeAll(async () => {
    started = await startWhoamiOnKeycloak(keycloak);
  });
  afterAll(() => started[Symbol.asyncDispose]());

  const testusersClaims = {
    sub: expect.stringMatching(/^[0-9a-f-]{36}$/),
    preferred_username: 'testuser',
    name: 'Test User',
    email: 'testuser@example.com',
  };

  it.each(Object.entries(clients))('%s, given only the URL', async (_, { connect, transport, path }) => {
    await using client = await connect(started.whoami[path], { transport, ...testuser });
    expect(await client.callWhoami()).toMatchObject(testusersClaims);
    expect(client.registeredClient()?.client_id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each(Object.entries(clients))(
    '%s, given the id of a client too',
    async (_, { connect, transport, path }) => {
      await using client = await connect(started.whoami[path], { transport, ...testuser, ...inspector });
      expect(await client.callWhoami()).toMatchObject(testusersClaims);
      expect(client.authorizations).toHaveLength(1);
    },
  );

  it.each(modes)('SDK v2 that %s', async (_, versions, spoken) => {
    await using client = await connectSdkV2(started.whoami.mcp, { versions, ...testuser });
    expect(client.client.getNegotiatedProtocolVersion()).toBe(spoken);
    expect(await client.callWhoami()).toMatchObject(testusersClaims);
  });
});
