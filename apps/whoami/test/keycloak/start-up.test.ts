import { freePort } from '@mcp-whoami/testkit';
import { connectSdkV1 } from '@mcp-whoami/testkit/clients';
import { describeKeycloak } from '@mcp-whoami/testkit/keycloak';
import { expect, it } from 'vitest';
import { startWhoami } from '../start-whoami.ts';
import { inspector, startWhoamiOnKeycloak, testuser } from './start-whoami-on-keycloak.ts';

const silentPort = await freePort();

describeKeycloak('start', (keycloak) => {
  it('publishes the realm’s metadata unchanged', async () => {
    await using started = await startWhoamiOnKeycloak(keycloak);
    const own = await fetch(`${started.whoami.publicUrl}/.well-known/oauth-authorization-server`);
    const realm = await fetch(`${started.realm.issuer}/.well-known/openid-configuration`);
    expect(await own.json()).toEqual(await realm.json());
    const metadata = await fetch(`${started.whoami.publicUrl}/.well-known/oauth-protected-resource/mcp`);
    expect(await metadata.json()).toMatchObject({ authorization_servers: [started.realm.issuer] });
    expect(started.whoami.warnings).toEqual([]);
  });

  it('reaches Keycloak by another name than its public one', async () => {
    await using realm = await startWhoamiOnKeycloak(keycloak);
    const { issuer } = realm.realm;
    const inside = issuer.replace('localhost', '127.0.0.1');
    await using started = await startWhoamiOnKeycloak(keycloak, {
      KEYCLOAK_ISSUER: issuer,
      KEYCLOAK_DISCOVERY_URL: `${inside}/.well-known/openid-configuration`,
      KEYCLOAK_AUDIENCE: realm.whoami.mcp,
      KEYCLOAK_TOKEN_CACHE_SECONDS: '0',
    });
    await using client = await connectSdkV1(started.whoami.mcp, { ...testuser, ...inspector });
    expect(await client.callWhoami()).toMatchObject({ iss: issuer, preferred_username: 'testuser' });
  });

  it.each([
    [
      'a realm that does not exist',
      `${keycloak.origin}/realms/nowhere`,
      /answers 404[\s\S]*\/realms\/<realm>/,
    ],
    ['a trailing slash', `${keycloak.origin}/realms/master/`, /differ only by a trailing slash/],
    [
      'another name than the public one',
      `${keycloak.origin.replace('localhost', '127.0.0.1')}/realms/master`,
      /exactly as .* says it[\s\S]*KC_HOSTNAME/,
    ],
    [
      'nothing that listens',
      `http://localhost:${silentPort}/realms/mcp-realm`,
      /cannot be reached \(ECONNREFUSED\)[\s\S]*pnpm keycloak/,
    ],
  ])('fails with %s, and says what to do', async (_, issuer, message) => {
    await expect(startWhoami({ PROVIDER: 'keycloak', KEYCLOAK_ISSUER: issuer })).rejects.toThrow(message);
  });
});
