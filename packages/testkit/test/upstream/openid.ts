import * as oauth from 'oauth4webapi';
import { authorize, callback, challenge, verifier } from './walk.ts';

type Idp = {
  issuer: string;
  authorizationEndpoint: string;
  client: { id: string; secret: string };
};

const insecure = { [oauth.allowInsecureRequests]: true };

/** A bridge as any: what it gets for a code, checked by oauth4webapi, the ID token's signature too. */
export const startBridge = async (idp: Idp, scope = 'openid email profile') => {
  const issuer = new URL(idp.issuer);
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
  const client = { client_id: idp.client.id };
  const authentication = oauth.ClientSecretPost(idp.client.secret);

  const codeFor = async (more: Record<string, string> = {}) => {
    const { location } = await authorize(idp, { scope, nonce: 'a-nonce', ...challenge, ...more });
    return oauth.validateAuthResponse(server, client, new URL(location ?? ''), 'a-state');
  };

  const signIn = async (more: Record<string, string> = {}) => {
    const parameters = await codeFor(more);
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      authentication,
      parameters,
      callback,
      verifier,
      insecure,
    );
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: 'a-nonce',
      requireIdToken: true,
    });
    await oauth.validateApplicationLevelSignature(server, response, insecure);
    return { tokens, claims: oauth.getValidatedIdTokenClaims(tokens) };
  };

  const refresh = async (refreshToken: string | undefined) => {
    const response = await oauth.refreshTokenGrantRequest(
      server,
      client,
      authentication,
      refreshToken ?? '',
      insecure,
    );
    const tokens = await oauth.processRefreshTokenResponse(server, client, response);
    return { tokens, claims: oauth.getValidatedIdTokenClaims(tokens) };
  };

  return { server, codeFor, signIn, refresh };
};
