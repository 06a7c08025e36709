import * as oauth from 'oauth4webapi';
import { expect, it } from 'vitest';
import { ada, type RegisteredClient, type StandInOptions, signIn, startStandIn } from '../../src/index.ts';
import { authorizationUrl, callback, challenge, verifier } from './walk.ts';

const bridgeClient = {
  client_id: 'bridge',
  client_secret: 'the-secret-of-the-bridge',
  token_endpoint_auth_method: 'client_secret_basic',
  redirect_uris: [callback],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
} satisfies RegisteredClient;

const insecure = { [oauth.allowInsecureRequests]: true };

const options: StandInOptions = {
  clients: [bridgeClient],
  registration: 'off',
  refreshTokens: 'always',
  idTokenClaims: (claims, accountId) => ({ ...claims, name: ada.name, groups: [`${accountId}s`] }),
};

it('signs people in by a confidential client, and says who it is again with each refresh', async () => {
  await using idp = await startStandIn(options);
  const issuer = new URL(idp.issuer);
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
  const { client_id, client_secret } = bridgeClient;
  const client = { client_id };
  const authentication = oauth.ClientSecretBasic(client_secret);
  const url = authorizationUrl(
    { ...idp, client: { id: client_id, secret: client_secret } },
    { scope: 'openid', nonce: 'a-nonce', ...challenge },
  );
  const back = await signIn(url, { username: ada.sub });
  const parameters = oauth.validateAuthResponse(server, client, back, 'a-state');
  const redeemed = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    authentication,
    parameters,
    callback,
    verifier,
    insecure,
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, redeemed, {
    expectedNonce: 'a-nonce',
    requireIdToken: true,
  });
  await oauth.validateApplicationLevelSignature(server, redeemed, insecure);
  const said = { sub: 'ada', name: 'Ada Lovelace', groups: ['adas'] };
  expect(oauth.getValidatedIdTokenClaims(tokens)).toMatchObject(said);

  const refreshed = await oauth.refreshTokenGrantRequest(
    server,
    client,
    authentication,
    tokens.refresh_token ?? '',
    insecure,
  );
  const again = await oauth.processRefreshTokenResponse(server, client, refreshed);
  await oauth.validateApplicationLevelSignature(server, refreshed, insecure);
  expect(oauth.getValidatedIdTokenClaims(again)).toMatchObject(said);
});
