import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { ada, freePort, type StandIn, startStandIn } from '@mcp-whoami/testkit';
import { expect, it } from 'vitest';
import { startBridge } from './bridge-under-test.ts';
import { registerClient } from './client.ts';
import { bridgeClient, openIdUpstream } from './openid.ts';
import { secret, sqliteFile } from './stores.ts';

/** A bridge with an OpenID Connect provider behind it, at which Ada has signed in by one client. */
async function signedIn(session: object = { sid: 'session-1' }, store: object = {}) {
  await using cleanup = new AsyncDisposableStack();
  const port = await freePort();
  const idp = cleanup.use(
    await startStandIn({
      accessTokens: 'opaque',
      resource: 'ignored',
      registration: 'off',
      refreshTokens: 'always',
      clients: [{ ...bridgeClient, redirect_uris: [`http://localhost:${port}/oauth/callback`] }],
      idTokenClaims: (claims) => ({ ...claims, ...session }),
    }),
  );
  const bridge = cleanup.use(
    await startBridge({ port, upstream: openIdUpstream(idp), settings: { tokenCacheSeconds: 0, ...store } }),
  );
  const client = await registerClient(bridge.publicUrl);
  const tokens = await client.signIn('ada');
  const running = cleanup.move();
  return { idp, bridge, client, tokens, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** A logout token of the IdP's (OpenID Connect Back-Channel Logout §2.4). */
const logoutToken = (idp: StandIn, about: object) => {
  const now = Math.floor(Date.now() / 1000);
  const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
  return idp.signJwt(
    JSON.stringify({
      iss: idp.issuer,
      aud: bridgeClient.client_id,
      iat: now,
      exp: now + 120,
      jti: randomUUID(),
      events,
      ...about,
    }),
    { header: { typ: 'logout+jwt' } },
  );
};

it.each([
  ['the user', { sub: ada.sub }],
  ['the session', { sid: 'session-1' }],
])('a logout of %s at the IdP ends the grant, its refresh and its access tokens', async (_, about) => {
  await using started = await signedIn();
  const { bridge, idp, client, tokens } = started;
  const ended: unknown[] = [];
  bridge.connection.onLogout((logout) => void ended.push(logout.sessionId));

  await bridge.connection.backchannelLogout?.(logoutToken(idp, about));

  await expect(bridge.connection.verifyAccessToken(tokens.access_token)).rejects.toMatchObject({
    code: 'revoked',
  });
  expect((await client.refresh(tokens.refresh_token)).status).toBe(400);
  expect(ended).toHaveLength(1);
});

it('a logout of a session ends what may be of it, where the sign-in named none', async () => {
  await using started = await signedIn({});
  const { bridge, idp, client, tokens } = started;
  await bridge.connection.backchannelLogout?.(logoutToken(idp, { sub: 'grace', sid: 'session-1' }));
  await expect(bridge.connection.verifyAccessToken(tokens.access_token)).resolves.toBeDefined();

  await bridge.connection.backchannelLogout?.(logoutToken(idp, { sub: ada.sub, sid: 'session-1' }));
  await expect(bridge.connection.verifyAccessToken(tokens.access_token)).rejects.toMatchObject({
    code: 'revoked',
  });
  expect((await client.refresh(tokens.refresh_token)).status).toBe(400);
});

it.each([
  ['of another user', { sub: 'grace' }],
  ['of another session', { sub: ada.sub, sid: 'session-2' }],
  ['that was before the sign-in', { sub: ada.sub, iat: Math.floor(Date.now() / 1000) - 3_600 }],
])('a logout %s ends nothing', async (_, about) => {
  await using started = await signedIn();
  const { bridge, idp, tokens } = started;

  await bridge.connection.backchannelLogout?.(logoutToken(idp, about));

  await expect(bridge.connection.verifyAccessToken(tokens.access_token)).resolves.toBeDefined();
});

it('a logout that came while the store was down is taken once it is sent again', async () => {
  await using store = await sqliteFile();
  await using started = await signedIn(undefined, { storeUrl: store.url, bridgeSecret: [secret] });
  const { bridge, idp, tokens } = started;
  const token = logoutToken(idp, { sub: ada.sub });
  using other = new DatabaseSync(store.file);
  other.exec('BEGIN IMMEDIATE');
  await expect(bridge.connection.backchannelLogout?.(token)).rejects.toMatchObject({ status: 503 });
  other.exec('COMMIT');

  await bridge.connection.backchannelLogout?.(token);
  await expect(bridge.connection.verifyAccessToken(tokens.access_token)).rejects.toMatchObject({
    code: 'revoked',
  });
});

it('takes no logout token for another client, nor one that somebody else signed', async () => {
  await using started = await signedIn();
  const { bridge, idp, tokens } = started;
  await using other = await startStandIn();
  const { backchannelLogout } = bridge.connection;

  await expect(backchannelLogout?.(logoutToken(idp, { sub: ada.sub, aud: 'another' }))).rejects.toMatchObject(
    { code: 'logout_token_invalid' },
  );
  const forged = logoutToken(other, { sub: ada.sub, iss: idp.issuer });
  await expect(backchannelLogout?.(forged)).rejects.toMatchObject({ code: 'logout_token_invalid' });

  await expect(bridge.connection.verifyAccessToken(tokens.access_token)).resolves.toBeDefined();
});
