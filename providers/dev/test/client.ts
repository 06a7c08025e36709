import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { openBrowser } from './browser.ts';

const insecure = { [oauth.allowInsecureRequests]: true };

export const redirectUri = 'http://127.0.0.1:49152/callback';

/** Registers as a typical MCP client does: public, with a loopback redirect, no application_type. */
export async function registerClient(issuer: string, metadata: Record<string, oauth.JsonValue> = {}) {
  const as = await discover(issuer);
  const response = await oauth.dynamicClientRegistrationRequest(
    as,
    {
      client_name: 'Test client',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      ...metadata,
    },
    insecure,
  );
  return oauth.processDynamicClientRegistrationResponse(response);
}

export async function discover(issuer: string): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer);
  const response = await oauth.discoveryRequest(url, { algorithm: 'oauth2', ...insecure });
  return oauth.processDiscoveryResponse(url, response);
}

type Choice = { choice?: string; browser?: ReturnType<typeof openBrowser> };

/** Opens an authorization request in a browser; the verifier redeems the code that may come of it. */
export async function authorize(issuer: string, parameters: Record<string, string>, browser = openBrowser()) {
  const verifier = oauth.generateRandomCodeVerifier();
  const url = new URL(`${issuer}/auth`);
  url.search = new URLSearchParams({
    response_type: 'code',
    redirect_uri: redirectUri,
    state: 'state-1',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...parameters,
  }).toString();
  return { verifier, browser, ...(await browser.open(url.href)) };
}

/** The whole line as a user sees it: the page, one click, and back at the client. */
export async function signIn(
  issuer: string,
  client: oauth.Client,
  parameters: Record<string, string> = {},
  { choice = 'dev-ada', browser = openBrowser() }: Choice = {},
) {
  const { verifier, url } = await authorize(
    issuer,
    { client_id: client.client_id, scope: 'openid profile email', ...parameters },
    browser,
  );
  const { url: back } = await browser.open(url, { method: 'POST', body: new URLSearchParams({ choice }) });
  return { verifier, redirect: new URL(back), redirectUri: parameters.redirect_uri ?? redirectUri };
}

/** Redeems the code of a sign-in; throws an `oauth.ResponseBodyError` that names the server's error. */
export async function redeem(
  issuer: string,
  client: oauth.Client,
  signedIn: Awaited<ReturnType<typeof signIn>>,
  additionalParameters: Record<string, string> = {},
  authentication: oauth.ClientAuth = oauth.None(),
) {
  const as = await discover(issuer);
  // Compares state and `iss` (RFC 9207).
  const parameters = oauth.validateAuthResponse(as, client, signedIn.redirect, 'state-1');
  const response = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    authentication,
    parameters,
    signedIn.redirectUri,
    signedIn.verifier,
    { additionalParameters, ...insecure },
  );
  return oauth.processAuthorizationCodeResponse(as, client, response);
}

export async function refresh(issuer: string, client: oauth.Client, refreshToken: string) {
  const as = await discover(issuer);
  const response = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), refreshToken, insecure);
  return oauth.processRefreshTokenResponse(as, client, response);
}

/** Verifies an access token as a resource server does (RFC 9068 §4) and gives its claims. */
export async function verify(issuer: string, accessToken: string, audience: string) {
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
  const { payload } = await jwtVerify(accessToken, keys, { issuer, audience, typ: 'at+jwt' });
  return payload;
}
