import { signInForToken } from '@mcp-whoami/testkit';
import { connectSdkV2 } from '@mcp-whoami/testkit/clients';
import { describeKeycloak } from '@mcp-whoami/testkit/keycloak';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callWhoami } from '../start-whoami.ts';
import { inspector, startWhoamiOnKeycloak, testuser } from './start-whoami-on-keycloak.ts';

/** The scope that carries the realm's two roles, and that only users with one of them get. */
const scope = 'mcp:roles';

const client = { clientId: 'mcp-inspector', redirectUri: inspector.redirectUrl };

describeKeycloak('a required scope', (keycloak) => {
  let started: Awaited<ReturnType<typeof startWhoamiOnKeycloak>>;
  beforeAll(async () => {
    started = await startWhoamiOnKeycloak(keycloak, { KEYCLOAK_REQUIRED_SCOPES: scope });
    await started.realm.createUser({
      username: 'norole',
      password: 'norole',
      email: 'norole@example.com',
      firstName: 'No',
      lastName: 'Role',
    });
  });
  afterAll(() => started[Symbol.asyncDispose]());

  /** Expects 403 with the scope that is needed, and gives the log line. */
  const refusalOf = async (token: string) => {
    started.whoami.log.length = 0;
    const answer = await callWhoami(started.whoami.mcp, token);
    expect(answer.status).toBe(403);
    const challenge = answer.headers.get('www-authenticate') ?? '';
    expect(challenge).toContain('error="insufficient_scope"');
    expect(/ scope="([^"]*)"/.exec(challenge)?.[1]?.split(' ')).toContain(scope);
    expect(started.whoami.log.map(({ fields }) => fields.reason)).toEqual(['insufficient_scope']);
    return started.whoami.log[0]?.message ?? '';
  };

  it('that the token lacks is 403 with that scope, and the log says where it is given', async () => {
    const { accessToken } = await signInForToken(started.realm, { ...testuser, ...client });
    const line = await refusalOf(accessToken);
    expect(line).toContain(`missing: ${scope}`);
    expect(line).toContain('Client scopes');
  });

  it('that needs a role is 403 for a user without it, and the log says where roles are given', async () => {
    const { accessToken } = await signInForToken(started.realm, {
      ...client,
      user: { sub: 'norole' },
      password: 'norole',
      scope: `openid ${scope}`,
    });
    expect(await refusalOf(accessToken)).toContain('Role mapping');
  });

  it('is got by the step-up of SDK v2, and the roles reach the claims', async () => {
    await using connected = await connectSdkV2(started.whoami.mcp, { ...testuser, ...inspector });
    expect(await connected.callWhoami()).toMatchObject({
      preferred_username: 'testuser',
      realm_access: { roles: expect.arrayContaining(['mcp-user']) },
      resource_access: { whoami: { roles: ['mcp-admin'] } },
    });
    expect(connected.authorizations.map((url) => url.searchParams.get('scope')?.includes(scope))).toEqual([
      false,
      true,
    ]);
  });
});
