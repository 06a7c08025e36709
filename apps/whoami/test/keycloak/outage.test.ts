import { mcpRealm } from '@mcp-whoami/keycloak/realm';
import { freePort, signInForToken } from '@mcp-whoami/testkit';
import { connectSdkV2 } from '@mcp-whoami/testkit/clients';
import { describeKeycloak, type StartedKeycloak, startKeycloak } from '@mcp-whoami/testkit/keycloak';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callWhoami, startWhoami } from '../start-whoami.ts';
import { inspector, startWhoamiOnKeycloak, testuser } from './start-whoami-on-keycloak.ts';

/** What a request to the IdP may take at the most, twice over: keys and userinfo. */
const longestAnswer = 12_000; // ms

describeKeycloak('an outage', ({ image }) => {
  let keycloak: StartedKeycloak;
  beforeAll(async () => {
    keycloak = await startKeycloak({ image });
  }, 180_000);
  afterAll(() => keycloak[Symbol.asyncDispose]());

  /** Two servers with one realm: one that has seen a token, and one that has not even asked for the keys. */
  const start = async () => {
    const port = String(await freePort());
    const realm = await keycloak.createRealm(
      mcpRealm({ realm: `realm-${port}`, publicUrl: `http://localhost:${port}` }),
    );
    const environment = {
      PROVIDER: 'keycloak',
      KEYCLOAK_ISSUER: realm.issuer,
      KEYCLOAK_TOKEN_CACHE_SECONDS: '0',
    };
    const warm = await startWhoami({ ...environment, PORT: port });
    const cold = await startWhoami({ ...environment, KEYCLOAK_AUDIENCE: warm.mcp });
    const { accessToken } = await signInForToken(realm, {
      ...testuser,
      clientId: inspector.clientInformation.client_id,
      redirectUri: inspector.redirectUrl,
    });
    expect((await callWhoami(warm.mcp, accessToken)).status).toBe(200);
    return {
      warm,
      cold,
      accessToken,
      [Symbol.asyncDispose]: async () => {
        await warm[Symbol.asyncDispose]();
        await cold[Symbol.asyncDispose]();
      },
    };
  };

  it('is 503 where nothing else proves a token, not where the keys are known; and recovers by itself', {
    timeout: 180_000,
  }, async () => {
    await using started = await start();
    const { warm, cold, accessToken } = started;
    await keycloak.stop();
    expect((await callWhoami(warm.mcp, accessToken)).status).toBe(200);
    const undecided = await callWhoami(cold.mcp, accessToken);
    expect([undecided.status, undecided.headers.has('retry-after')]).toEqual([503, true]);
    expect(undecided.headers.has('www-authenticate')).toBe(false);
    expect(cold.log.at(-1)?.fields.reason).toBe('idp_unavailable');

    await keycloak.start();
    await expect
      .poll(async () => (await callWhoami(cold.mcp, accessToken)).status, { timeout: 15_000 })
      .toBe(200);
  });

  it('in which Keycloak hangs is answered in time', { timeout: 120_000 }, async () => {
    await using started = await start();
    const { warm, cold, accessToken } = started;
    await keycloak.pause();
    const begun = Date.now();
    try {
      const [known, unknown] = await Promise.all([
        callWhoami(warm.mcp, accessToken),
        callWhoami(cold.mcp, accessToken),
      ]);
      expect([known.status, unknown.status]).toEqual([200, 503]);
      expect(Date.now() - begun).toBeLessThan(longestAnswer);
    } finally {
      await keycloak.unpause();
    }
    await expect
      .poll(async () => (await callWhoami(cold.mcp, accessToken)).status, { timeout: 15_000 })
      .toBe(200);
  });

  it('aside, a client refreshes a token that expires soon', async () => {
    await using started = await startWhoamiOnKeycloak(keycloak, { KEYCLOAK_TOKEN_CACHE_SECONDS: '0' });
    await started.realm.update({ accessTokenLifespan: 2 });
    await using client = await connectSdkV2(started.whoami.mcp, { ...testuser, ...inspector });
    const first = client.tokens()?.access_token;
    await expect
      .poll(
        async () => (await client.callWhoami()).preferred_username && client.tokens()?.access_token !== first,
        {
          timeout: 20_000,
          interval: 500,
        },
      )
      .toBe(true);
    expect(client.authorizations).toHaveLength(1);
  });
});
