import { signInForToken } from '@mcp-whoami/testkit';
import { describeKeycloak, hostName } from '@mcp-whoami/testkit/keycloak';
import { expect, it } from 'vitest';
import { callWhoami } from '../start-whoami.ts';
import { inspector, startWhoamiOnKeycloak, testuser } from './start-whoami-on-keycloak.ts';

const clientId = inspector.clientInformation.client_id;

describeKeycloak('a logout at Keycloak', (keycloak) => {
  it('that Keycloak tells of ends the session here at once, whatever the lifetime of verdicts', async () => {
    await using started = await startWhoamiOnKeycloak(keycloak, {
      // All addresses: a container does not reach this machine's loopback.
      HOST: '0.0.0.0',
      KEYCLOAK_TOKEN_CACHE_SECONDS: '60',
      KEYCLOAK_LOGOUT_CLIENT_IDS: clientId,
    });
    const { realm, whoami } = started;
    await realm.updateClient(clientId, {
      attributes: {
        'backchannel.logout.url': `http://${hostName}:${new URL(whoami.publicUrl).port}/backchannel-logout`,
        'backchannel.logout.session.required': 'true',
      },
    });
    const signIn = () => signInForToken(realm, { ...testuser, clientId, redirectUri: inspector.redirectUrl });
    const { accessToken } = await signIn();
    expect((await callWhoami(whoami.mcp, accessToken)).status).toBe(200);
    await realm.logoutUser('testuser');
    await expect
      .poll(async () => (await callWhoami(whoami.mcp, accessToken)).status, { timeout: 10_000 })
      .toBe(401);
    expect(whoami.log.map(({ fields }) => fields.reason)).toContain('logged_out');
    expect(whoami.log.at(-1)?.fields.reason).toBe('revoked');

    const { accessToken: next } = await signIn();
    expect((await callWhoami(whoami.mcp, next)).status).toBe(200);
  });
});
