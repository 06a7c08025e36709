import { freePort } from '@mcp-whoami/testkit';
import { connectSdkV1, connectSdkV2 } from '@mcp-whoami/testkit/clients';
import { describeKeycloak, type Keycloak, type KeycloakRealm } from '@mcp-whoami/testkit/keycloak';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { modes } from '../eras/modes.ts';
import { callWhoami, startWhoami } from '../start-whoami.ts';
import { testuser } from './start-whoami-on-keycloak.ts';

const bridgeClient = { clientId: 'whoami-bridge', secret: 'the-secret-of-the-bridge' };

/** Past the time for which the IdP's word about a person holds. */
const laterThanRecheck = 16 * 60_000; // ms

/**
 * A realm as an administrator makes one in the console: all built-in scopes, registration closed as Keycloak has it,
 * one confidential client. Groups are told only where a mapper says so.
 */
async function startBridgeOnKeycloak(keycloak: Keycloak, environment: Record<string, string> = {}) {
  const port = String(await freePort());
  await using stack = new AsyncDisposableStack();
  const realm = stack.use(
    await keycloak.createRealm({
      realm: `bridge-${port}`,
      enabled: true,
      sslRequired: 'none',
      groups: [{ name: 'engines' }],
      roles: { realm: [{ name: 'operator' }] },
      clients: [
        {
          ...bridgeClient,
          publicClient: false,
          standardFlowEnabled: true,
          redirectUris: [`http://localhost:${port}/oauth/callback`],
          protocolMappers: [
            {
              name: 'groups',
              protocol: 'openid-connect',
              protocolMapper: 'oidc-group-membership-mapper',
              config: { 'claim.name': 'groups', 'full.path': 'false', 'id.token.claim': 'true' },
            },
            {
              name: 'realm roles',
              protocol: 'openid-connect',
              protocolMapper: 'oidc-usermodel-realm-role-mapper',
              config: {
                'claim.name': 'realm_access.roles',
                multivalued: 'true',
                'jsonType.label': 'String',
                'id.token.claim': 'true',
              },
            },
          ],
        },
      ],
    }),
  );
  await realm.createUser({
    username: 'testuser',
    password: 'testuser',
    email: 'testuser@example.com',
    firstName: 'Test',
    lastName: 'User',
    groups: ['engines'],
  });
  const whoami = stack.use(
    await startWhoami({
      PROVIDER: 'keycloak',
      BRIDGE: 'true',
      PORT: port,
      KEYCLOAK_ISSUER: realm.issuer,
      KEYCLOAK_CLIENT_ID: bridgeClient.clientId,
      KEYCLOAK_CLIENT_SECRET: bridgeClient.secret,
      KEYCLOAK_TOKEN_CACHE_SECONDS: '0',
      ...environment,
    }),
  );
  const owned = stack.move();
  return { realm, whoami, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

type Started = Awaited<ReturnType<typeof startBridgeOnKeycloak>>;

const tokenAnswer = z.looseObject({
  access_token: z.string().optional(),
  refresh_token: z.string().optional(),
});

type Client = Awaited<ReturnType<typeof connectSdkV2>>;

/** What the token endpoint of the bridge answers to a refresh token of a client. */
async function refresh(
  { whoami }: Started,
  client: Client,
  refreshToken = client.tokens()?.refresh_token ?? '',
) {
  const response = await fetch(`${whoami.publicUrl}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      client_id: client.registeredClient()?.client_id ?? '',
    }),
  });
  return { status: response.status, body: tokenAnswer.parse(await response.json()) };
}

const passTime = (ms: number) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
};

const clients = {
  'SDK v1 over /mcp': { connect: connectSdkV1, transport: 'http', path: 'mcp' },
  'SDK v1 over /sse': { connect: connectSdkV1, transport: 'sse', path: 'sse' },
  'SDK v2 over /mcp': { connect: connectSdkV2, transport: 'http', path: 'mcp' },
} as const;

describeKeycloak(
  'a bridge',
  (keycloak) => {
    afterEach(() => void vi.useRealTimers());

    it.each(Object.entries(clients))(
      'signs in %s, given only the URL, where registration is closed',
      async (_, { connect, transport, path }) => {
        await using started = await startBridgeOnKeycloak(keycloak);
        const { whoami, realm } = started;
        const registration = await fetch(`${realm.issuer}/clients-registrations/openid-connect`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ redirect_uris: ['http://127.0.0.1:53682/callback'] }),
        });
        expect(registration.status).toBe(403);

        await using client = await connect(whoami[path], { transport, ...testuser });
        const claims = await client.callWhoami();
        expect(claims).toMatchObject({
          sub: expect.stringMatching(/^keycloak:[0-9a-f-]{36}$/),
          preferred_username: 'testuser',
          name: 'Test User',
          email: 'testuser@example.com',
          iss: whoami.publicUrl,
          aud: whoami[path],
        });
        expect(client.authorizations.map(({ origin }) => origin)).toEqual([whoami.publicUrl]);
      },
    );

    it.each(modes)('signs in SDK v2 that %s', async (_, versions, spoken) => {
      await using started = await startBridgeOnKeycloak(keycloak);
      await using client = await connectSdkV2(started.whoami.mcp, { versions, ...testuser });
      expect(client.client.getNegotiatedProtocolVersion()).toBe(spoken);
      expect(await client.listTools()).toEqual(['whoami']);
      expect(await client.callWhoami()).toMatchObject({ preferred_username: 'testuser' });
    });

    it('asks again at a refresh, and a user who was disabled is out', async () => {
      await using started = await startBridgeOnKeycloak(keycloak);
      const { whoami, realm } = started;
      // The ID token of an answer is judged by the clock of this process, which goes ahead here.
      await realm.update({ accessTokenLifespan: 7_200 });
      await using client = await connectSdkV2(whoami.mcp, testuser);
      await realm.updateUser('testuser', { firstName: 'Renamed' });
      passTime(laterThanRecheck);
      const first = await refresh(started, client);
      expect(first.status).toBe(200);
      const call = await callWhoami(whoami.mcp, first.body.access_token);
      expect(await call.text()).toContain('Renamed User');

      await realm.updateUser('testuser', { enabled: false });
      const second = await refresh(started, client, first.body.refresh_token);
      expect(second.status, 'Keycloak has just been asked').toBe(200);
      passTime(laterThanRecheck);
      const third = await refresh(started, client, second.body.refresh_token);
      expect(third).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
      expect((await callWhoami(whoami.mcp, second.body.access_token)).status).toBe(401);
      expect(whoami.log.map(({ fields }) => fields.reason)).toContain('upstream_refused');
    });

    it('says which right a user lacks whom Keycloak gives no refresh token', async () => {
      await using started = await startBridgeOnKeycloak(keycloak);
      const { whoami, realm } = started;
      // As a user of an imported realm, which has no roles but those in the file.
      const role = await roleOf(realm, `default-roles-${realm.name}`);
      await realm.request('DELETE', role.path, [role.representation]);
      await expect(connectSdkV2(whoami.mcp, testuser)).rejects.toThrow(
        /Keycloak does not confirm who you are/,
      );
      const line = whoami.log.find(({ fields }) => fields.reason === 'upstream_refused')?.message;
      expect(line).toContain('not_allowed');
      expect(line).toContain('the role offline_access');
    });

    describe('open to some', () => {
      it.each([
        ['a group', 'engines'],
        ['a realm role', 'operator'],
      ])('lets in by %s', async (_, allowed) => {
        await using started = await startBridgeOnKeycloak(keycloak, { ALLOWED_GROUPS: allowed });
        const { whoami, realm } = started;
        if (allowed === 'operator') await giveRole(realm, 'operator');
        await using client = await connectSdkV1(whoami.mcp, testuser);
        expect(await client.callWhoami()).toMatchObject({ name: 'Test User' });
      });

      it('keeps others out, and whoever has left at the refresh', async () => {
        await using started = await startBridgeOnKeycloak(keycloak, { ALLOWED_GROUPS: 'operator' });
        const { whoami, realm } = started;
        await expect(connectSdkV2(whoami.mcp, testuser)).rejects.toThrow(/You have no access here/);
        const line = whoami.log.find(({ fields }) => fields.reason === 'not_admitted')?.message;
        expect(line).toContain('"engines"');

        await realm.update({ accessTokenLifespan: 7_200 });
        const role = await giveRole(realm, 'operator');
        await using client = await connectSdkV2(whoami.mcp, testuser);
        await realm.request('DELETE', role.path, [role.representation]);
        passTime(laterThanRecheck);
        expect(await refresh(started, client)).toMatchObject({
          status: 400,
          body: { error: 'invalid_grant' },
        });
      });
    });
  },
  { newestAlone: true },
);

const identified = z.looseObject({ id: z.string() });

/** A role of the realm, and where the roles of testuser are. */
async function roleOf({ request }: KeycloakRealm, name: string) {
  const [user] = z.tuple([identified]).parse(await request('GET', '/users?exact=true&username=testuser'));
  const representation = identified.parse(await request('GET', `/roles/${name}`));
  return { path: `/users/${user.id}/role-mappings/realm`, representation };
}

async function giveRole(realm: KeycloakRealm, name: string) {
  const role = await roleOf(realm, name);
  await realm.request('POST', role.path, [role.representation]);
  return role;
}
