import { type SignInForTokenOptions, signInForToken } from '@mcp-whoami/testkit';
import { describeKeycloak, type KeycloakRealm } from '@mcp-whoami/testkit/keycloak';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callWhoami } from '../start-whoami.ts';
import { inspector, startWhoamiOnKeycloak, testuser } from './start-whoami-on-keycloak.ts';

type Started = Awaited<ReturnType<typeof startWhoamiOnKeycloak>>;

/** Each call is judged by itself. */
const judgeEachCall = { KEYCLOAK_TOKEN_CACHE_SECONDS: '0' };

const client = { clientId: 'mcp-inspector', redirectUri: inspector.redirectUrl };

const signIn = ({ issuer }: Pick<KeycloakRealm, 'issuer'>, options: SignInForTokenOptions = {}) =>
  signInForToken({ issuer }, { ...testuser, ...client, ...options });

const claimsOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());

/** Expects a token to be refused, and gives the log line. */
const refusalOf = async ({ whoami }: Started, token: string | undefined, code: string) => {
  whoami.log.length = 0;
  const answer = await callWhoami(whoami.mcp, token);
  expect([answer.status, whoami.log.map(({ fields }) => fields.reason)]).toEqual([401, [code]]);
  expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
  const line = whoami.log[0]?.message ?? '';
  // The client sees only the safe half: neither what was found nor what to change.
  const told = answer.headers.get('www-authenticate') + (await answer.text());
  expect(told).not.toMatch(/expected|KEYCLOAK_|KC_|Realm settings|Client|sign in again/);
  expect(line + JSON.stringify(whoami.log)).not.toContain(token);
  return line;
};

describeKeycloak('refuses', (keycloak) => {
  describe('with the realm as it should be', () => {
    let started: Started;
    let tokens: Awaited<ReturnType<typeof signIn>>;
    beforeAll(async () => {
      started = await startWhoamiOnKeycloak(keycloak, judgeEachCall);
      tokens = await signIn(started.realm);
    });
    afterAll(() => started[Symbol.asyncDispose]());

    it('no good token', async () => {
      expect((await callWhoami(started.whoami.mcp, tokens.accessToken)).status).toBe(200);
    });

    it('an ID token', async () => {
      const line = await refusalOf(started, tokens.idToken, 'not_an_access_token');
      expect(line).toContain('send the access token');
    });

    it('a refresh token', async () => {
      const line = await refusalOf(started, tokens.refreshToken, 'algorithm_not_allowed');
      expect(line).toContain('HS512');
    });

    it('`alg: none`, which is not an outage though a userinfo endpoint answers it with 500', async () => {
      const header = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
      const [, payload] = tokens.accessToken.split('.');
      const line = await refusalOf(started, `${header}.${payload}.`, 'algorithm_not_allowed');
      expect(line).toContain('Default Signature Algorithm');
    });

    it('a token of another realm', async () => {
      await using other = await startWhoamiOnKeycloak(keycloak);
      const { accessToken } = await signIn(other.realm);
      const line = await refusalOf(started, accessToken, 'issuer_mismatch');
      for (const words of [started.realm.issuer, other.realm.issuer, 'KC_HOSTNAME'])
        expect(line).toContain(words);
    });
  });

  it('a token for another resource, and names the mapper that is missing', async () => {
    await using started = await startWhoamiOnKeycloak(keycloak, judgeEachCall, {
      publicUrl: 'https://other.example',
    });
    const { accessToken } = await signIn(started.realm);
    const line = await refusalOf(started, accessToken, 'audience_mismatch');
    for (const words of [
      'https://other.example/mcp',
      `Add an Audience mapper with Included Custom Audience "${started.whoami.mcp}"`,
      'client scope "basic"',
      'providers/keycloak/README.md',
      'KEYCLOAK_AUDIENCE',
    ]) {
      expect(line).toContain(words);
    }
  });

  it('every token of a vanilla realm, unless KEYCLOAK_AUDIENCE accepts them on purpose', async () => {
    await using vanilla = await keycloak.createRealm({
      realm: 'vanilla',
      enabled: true,
      sslRequired: 'none',
      clients: [{ clientId: 'mcp-inspector', publicClient: true, redirectUris: [inspector.redirectUrl] }],
    });
    await vanilla.createUser({
      username: 'testuser',
      password: 'testuser',
      email: 'testuser@example.com',
      firstName: 'Test',
      lastName: 'User',
    });
    const { accessToken } = await signIn(vanilla);
    expect(claimsOf(accessToken).aud).toBe('account');

    await using started = await startWhoamiOnKeycloak(keycloak, { KEYCLOAK_ISSUER: vanilla.issuer });
    expect(await refusalOf(started, accessToken, 'audience_mismatch')).toContain('the token has ["account"]');
    await using onPurpose = await startWhoamiOnKeycloak(keycloak, {
      KEYCLOAK_ISSUER: vanilla.issuer,
      KEYCLOAK_AUDIENCE: 'account',
    });
    expect((await callWhoami(onPurpose.whoami.mcp, accessToken)).status).toBe(200);
  });

  it('an expired token', async () => {
    await using started = await startWhoamiOnKeycloak(keycloak, judgeEachCall);
    await started.realm.update({ accessTokenLifespan: 2 });
    const { accessToken } = await signIn(started.realm);
    await expect
      .poll(async () => (await callWhoami(started.whoami.mcp, accessToken)).status, {
        timeout: 10_000,
        interval: 200,
      })
      .toBe(401);
    expect(await refusalOf(started, accessToken, 'expired')).toContain('Access Token Lifespan');
  });

  it('the token of a session that was ended, at once where each call is judged', async () => {
    await using started = await startWhoamiOnKeycloak(keycloak, judgeEachCall);
    const { accessToken } = await signIn(started.realm);
    expect((await callWhoami(started.whoami.mcp, accessToken)).status).toBe(200);
    await started.realm.endSession(claimsOf(accessToken).sid);
    expect(await refusalOf(started, accessToken, 'revoked')).toContain('sign in again');
  });

  it('the token of a session that was ended, after KEYCLOAK_TOKEN_CACHE_SECONDS', async () => {
    await using started = await startWhoamiOnKeycloak(keycloak, { KEYCLOAK_TOKEN_CACHE_SECONDS: '3' });
    const { accessToken } = await signIn(started.realm);
    expect((await callWhoami(started.whoami.mcp, accessToken)).status).toBe(200);
    await started.realm.logoutUser('testuser');
    const ended = Date.now();
    await expect
      .poll(async () => (await callWhoami(started.whoami.mcp, accessToken)).status, {
        timeout: 20_000,
        interval: 500,
      })
      .toBe(401);
    expect(Date.now() - ended).toBeLessThan(8_000);
  });

  it('the token of a disabled user, and takes it again when the user is enabled', async () => {
    await using started = await startWhoamiOnKeycloak(keycloak, judgeEachCall);
    const { accessToken } = await signIn(started.realm);
    await started.realm.updateUser('testuser', { enabled: false });
    expect(await refusalOf(started, accessToken, 'revoked')).toContain('disabled');
    await started.realm.updateUser('testuser', { enabled: true });
    expect((await callWhoami(started.whoami.mcp, accessToken)).status).toBe(200);
  });

  it('the token of a deleted user', async () => {
    await using started = await startWhoamiOnKeycloak(keycloak, judgeEachCall);
    const { accessToken } = await signIn(started.realm);
    await started.realm.deleteUser('testuser');
    expect(await refusalOf(started, accessToken, 'revoked')).toContain('deleted');
  });

  it('the token of a key that was deleted, while a new key serves', { timeout: 120_000 }, async () => {
    await using started = await startWhoamiOnKeycloak(keycloak, judgeEachCall);
    const old = await signIn(started.realm);
    expect((await callWhoami(started.whoami.mcp, old.accessToken)).status).toBe(200);
    await started.realm.addSigningKey();
    const fresh = await signIn(started.realm);
    await expect
      .poll(async () => (await callWhoami(started.whoami.mcp, fresh.accessToken)).status, {
        timeout: 15_000,
        interval: 500,
      })
      .toBe(200);
    expect((await callWhoami(started.whoami.mcp, old.accessToken)).status).toBe(200);
    await started.realm.deleteOldSigningKeys();
    await refusalOf(started, old.accessToken, 'revoked');
    // A server that never saw the key says so.
    await using newcomer = await startWhoamiOnKeycloak(keycloak, {
      ...judgeEachCall,
      KEYCLOAK_ISSUER: started.realm.issuer,
      KEYCLOAK_AUDIENCE: started.whoami.mcp,
    });
    expect(await refusalOf(newcomer, old.accessToken, 'unknown_key')).toContain('Realm settings > Keys');
  });
});
