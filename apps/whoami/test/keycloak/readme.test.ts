import { readFile } from 'node:fs/promises';
import { connectSdkV1, connectSdkV2 } from '@mcp-whoami/testkit/clients';
import { describeKeycloak, type KeycloakRealm } from '@mcp-whoami/testkit/keycloak';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { startWhoami } from '../start-whoami.ts';
import { inspector, testuser } from './start-whoami-on-keycloak.ts';

const readme = await readFile(new URL('../../../../providers/keycloak/README.md', import.meta.url), 'utf8');

/** What stands below a heading, up to the next one. */
const sectionOf = (heading: string): string =>
  readme.split(/^#+ /m).find((section) => section.startsWith(`${heading}\n`)) ?? '';

/** The lines for kcadm.sh in a section. */
const linesOf = (heading: string): string =>
  [...sectionOf(heading).matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, lines]) => lines).join('');

const audience = '1. Audience';
const trustedHosts = '2. Trusted Hosts';
const allowedClientScopes = '3. Allowed Client Scopes';
const users = '4. Users';
const pageOfServer = '5. The page of this server';

/** A message as the README gives it. */
const documented = (heading: string, message: string): string => {
  expect(sectionOf(heading)).toContain(message);
  return message;
};

const clients = { 'SDK v1': connectSdkV1, 'SDK v2': connectSdkV2 };

const policyProviders = 'org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy';

const policyList = z.array(
  z.looseObject({
    id: z.string(),
    name: z.string(),
    subType: z.string(),
    config: z.record(z.string(), z.array(z.string())),
  }),
);

const scopeList = z.array(
  z.looseObject({
    id: z.string(),
    name: z.string(),
    protocolMappers: z.array(z.looseObject({ id: z.string(), protocolMapper: z.string() })).default([]),
  }),
);

const policiesOf = async (realm: KeycloakRealm) =>
  policyList.parse(await realm.request('GET', `/components?type=${policyProviders}`));

const names = { firstName: 'Some', lastName: 'One' };

const imported = (username: string, profile = {}) => ({
  username,
  enabled: true,
  ...profile,
  credentials: [{ type: 'password', value: testuser.password, temporary: false }],
});

describeKeycloak('a realm made by hand and set by the lines of the README', (keycloak) => {
  let realm: KeycloakRealm;
  let whoami: Awaited<ReturnType<typeof startWhoami>>;
  let untouched: z.infer<typeof policyList>;

  beforeAll(async () => {
    realm = await keycloak.createRealm({
      realm: 'by-hand',
      enabled: true,
      sslRequired: 'none',
      clients: [{ clientId: 'mcp-inspector', publicClient: true, redirectUris: [inspector.redirectUrl] }],
      // Without the realm's default role, as users of an import are.
      users: [imported('testuser'), imported('roleless', { ...names, email: 'roleless@example.com' })],
    });
    await realm.createUser({ username: 'nameless', password: testuser.password });
    untouched = await policiesOf(realm);
    whoami = await startWhoami({ PROVIDER: 'keycloak', KEYCLOAK_ISSUER: realm.issuer });

    const parameters = linesOf('At Keycloak')
      .replace('REALM=mcp-realm\n', `REALM=${realm.name}\n`)
      .replace('PUBLIC_URL=http://localhost:3001\n', `PUBLIC_URL=${whoami.publicUrl}\n`);
    const settings = [audience, trustedHosts, allowedClientScopes, users, pageOfServer].map(linesOf);
    await keycloak.run(['set -eu', parameters, ...settings].join('\n'), {
      KC_CLI_PASSWORD: 'admin',
      // Each line is a JVM of its own that lives for a second.
      KC_OPTS: '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC',
    });
  }, 180_000);

  afterAll(async () => {
    await whoami[Symbol.asyncDispose]();
    await realm[Symbol.asyncDispose]();
  });

  /** The realm as if the lines for a policy had not been run, until disposed of. */
  const withoutPolicy = async (name: string) => {
    const isIt = (policy: { name: string; subType: string }) =>
      policy.name === name && policy.subType === 'anonymous';
    const now = (await policiesOf(realm)).find(isIt);
    const before = untouched.find(isIt);
    // What a request leaves out stays as it is: only an empty value takes it away.
    const nothing = Object.fromEntries(Object.keys(now?.config ?? {}).map((key) => [key, []]));
    const put = (config: object) =>
      realm.request('PUT', `/components/${now?.id}`, { ...now, config: { ...nothing, ...config } });
    await put({ ...before?.config });
    return { [Symbol.asyncDispose]: async () => void (await put({ ...now?.config })) };
  };

  const withoutMappers = async () => {
    const scopes = scopeList.parse(await realm.request('GET', '/client-scopes'));
    const basic = scopes.find(({ name }) => name === 'basic');
    const path = `/client-scopes/${basic?.id}/protocol-mappers/models`;
    const mappers = (basic?.protocolMappers ?? []).filter(
      ({ protocolMapper }) => protocolMapper === 'oidc-audience-mapper',
    );
    expect(mappers).toHaveLength(2);
    for (const { id } of mappers) await realm.request('DELETE', `${path}/${id}`);
    return {
      [Symbol.asyncDispose]: async () => {
        for (const mapper of mappers) await realm.request('POST', path, mapper);
      },
    };
  };

  const signIn = { user: { sub: 'testuser' }, password: testuser.password };

  it.each(Object.entries(clients))('lets %s sign in that registers itself', async (_, connect) => {
    for (const url of [whoami.mcp, whoami.sse]) {
      const transport = url === whoami.sse ? 'sse' : 'http';
      await using client = await connect(url, { ...signIn, transport });
      expect(await client.callWhoami()).toMatchObject({
        preferred_username: 'testuser',
        name: 'Test User',
        email: 'testuser@example.com',
        aud: expect.arrayContaining([whoami.mcp, whoami.sse]),
      });
      expect(client.registeredClient()?.client_id).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it.each([
    [
      'Trusted Hosts',
      trustedHosts,
      "Policy 'Trusted Hosts' rejected request to client-registration service. Details: Host not trusted.",
    ],
    [
      'Allowed Client Scopes',
      allowedClientScopes,
      "Policy 'Allowed Client Scopes' rejected request to client-registration service. Details: Not permitted to use specified clientScope",
    ],
  ])('registers nobody without the setting %s', async (policy, section, message) => {
    await using _ = await withoutPolicy(policy);
    for (const connect of Object.values(clients))
      await expect(connect(whoami.mcp, signIn)).rejects.toThrow(documented(section, message));
  });

  it.each([
    ['registered itself', {}, 'audience_unknown', 'the token names none.'],
    ['was registered before', inspector, 'audience_mismatch', 'the token has ["account"].'],
  ])('refuses a client that %s without the setting Audience', async (_, given, reason, found) => {
    await using _removed = await withoutMappers();
    for (const [connect, message] of [
      [connectSdkV1, 'Server returned 401 after successful authentication'],
      [connectSdkV2, 'Server returned 401 after re-authentication'],
    ] as const) {
      whoami.log.length = 0;
      await expect(connect(whoami.mcp, { ...signIn, ...given })).rejects.toThrow(
        documented(audience, message),
      );
      const warning = whoami.log.find(({ level }) => level === 'warn');
      expect(warning?.fields.reason).toBe(documented(audience, reason));
      expect(warning?.message).toContain(documented(audience, found));
      expect(warning?.message).toContain(
        documented(audience, 'Add an Audience mapper with Included Custom Audience'),
      );
      expect(warning?.message).toContain(`"${whoami.mcp}" and "${whoami.sse}" to the client scope "basic"`);
    }
  });

  it('stops a user without e-mail and names at a page', async () => {
    const nameless = connectSdkV1(whoami.mcp, { ...signIn, user: { sub: 'nameless' } });
    await expect(nameless).rejects.toThrow(documented(users, 'Update Account Information'));
  });

  it('gives no token for offline use to a user without the default role', async () => {
    const roleless = connectSdkV2(whoami.mcp, { ...signIn, user: { sub: 'roleless' } });
    await expect(roleless).rejects.toThrow(
      documented(users, 'Offline tokens not allowed for the user or client'),
    );
  });

  it('has the client of the page', async () => {
    expect(await realm.request('GET', '/clients?clientId=whoami-page')).toMatchObject([
      {
        publicClient: true,
        redirectUris: [`${whoami.publicUrl}/`],
        webOrigins: ['+'],
        attributes: { 'pkce.code.challenge.method': 'S256' },
      },
    ]);
  });
});
