import { signInForToken } from '@mcp-whoami/testkit';
import { describeKeycloak, startKeycloak } from '@mcp-whoami/testkit/keycloak';
import { expect, it } from 'vitest';
import { mcpRealm } from '../../realm/mcp-realm.ts';

const inspector = { clientId: 'mcp-inspector', redirectUri: 'http://localhost:6274/oauth/callback' };

const person = { user: { sub: 'someone' }, password: 'secret' };

const userinfoStatus = async (issuer: string, token: string) => {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(`${issuer}/protocol/openid-connect/userinfo`, { headers })).status;
};

describeKeycloak('the admin of a realm', (keycloak) => {
  it('takes users, sessions and keys away', { timeout: 120_000 }, async () => {
    await using realm = await keycloak.createRealm(mcpRealm({ realm: 'administered' }));
    const { issuer } = realm;
    await realm.createUser({
      username: person.user.sub,
      password: person.password,
      email: 'someone@example.com',
      firstName: 'Some',
      lastName: 'One',
    });
    const token = async () =>
      (await signInForToken({ issuer }, { ...person, ...inspector, scope: 'openid' })).accessToken;

    const disabled = await token();
    await realm.updateUser(person.user.sub, { enabled: false });
    expect(await userinfoStatus(issuer, disabled)).toBe(401);
    await realm.updateUser(person.user.sub, { enabled: true });
    expect(await userinfoStatus(issuer, disabled)).toBe(200);

    await realm.logoutUser(person.user.sub);
    expect(await userinfoStatus(issuer, disabled)).toBe(401);

    const old = await token();
    await realm.addSigningKey();
    expect(await userinfoStatus(issuer, old)).toBe(200);
    await realm.deleteOldSigningKeys();
    expect(await userinfoStatus(issuer, old)).toBe(401);

    await realm.updateClient(inspector.clientId, { attributes: { 'access.token.lifespan': '60' } });
    const fresh = await token();
    const { iat, exp, sid } = JSON.parse(Buffer.from(fresh.split('.')[1] ?? '', 'base64url').toString());
    expect(exp - iat).toBe(60);
    await realm.endSession(sid);
    expect(await userinfoStatus(issuer, fresh)).toBe(401);

    const last = await token();
    await realm.deleteUser(person.user.sub);
    expect(await userinfoStatus(issuer, last)).toBe(401);
  });
});

describeKeycloak('a container of its own', ({ image }) => {
  it('shows its log when it does not start', { timeout: 120_000 }, async () => {
    const environment = { KC_DB_URL: 'jdbc:postgresql://nowhere/db' };
    await expect(startKeycloak({ image, environment })).rejects.toThrow(/does not start.*ERROR/s);
  });
});
