import * as oauth from 'oauth4webapi';
import { type Account, ada } from '../accounts.ts';
import { signIn } from './sign-in.ts';

/** An IdP, a stand-in for example: what is not given is taken from its OpenID configuration. */
export type IdentityProvider = {
  issuer: string;
  authorizationEndpoint?: string;
  tokenEndpoint?: string;
  registrationEndpoint?: string;
};

export type SignInForTokenOptions = {
  /** Who signs in; ada unless told. */
  user?: Pick<Account, 'sub'>;
  password?: string;
  /** RFC 8707. */
  resource?: string;
  /** `openid profile email` unless told. */
  scope?: string;
  /** A client that is registered already; else one is registered (RFC 7591). */
  clientId?: string;
  clientSecret?: string;
  redirectUri?: string;
};

export type SignedIn = {
  accessToken: string;
  refreshToken: string | undefined;
  idToken: string | undefined;
  scope: string | undefined;
  clientId: string;
};

// Stand-ins and Keycloak's development mode are served over plain http on loopback.
const insecure = { [oauth.allowInsecureRequests]: true };

/** A real access token, through registration, PKCE (RFC 7636) and the IdP's own pages. */
export const signInForToken = async (
  idp: IdentityProvider,
  { user = ada, password, resource, scope = 'openid profile email', ...options }: SignInForTokenOptions = {},
): Promise<SignedIn> => {
  const server = await authorizationServer(idp);
  const redirectUri = options.redirectUri ?? 'http://127.0.0.1:53682/callback';
  const client = options.clientId ? { client_id: options.clientId } : await register(server, redirectUri);
  const authentication = options.clientSecret ? oauth.ClientSecretBasic(options.clientSecret) : oauth.None();

  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const url = new URL(server.authorization_endpoint ?? '');
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri,
    scope,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(scope.split(' ').includes('offline_access') ? { prompt: 'consent' } : {}),
    ...(resource ? { resource } : {}),
  }).toString();

  const callback = await signIn(url, { username: user.sub, ...(password === undefined ? {} : { password }) });
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    authentication,
    oauth.validateAuthResponse(server, client, callback, state),
    redirectUri,
    verifier,
    { ...insecure, ...(resource ? { additionalParameters: { resource } } : {}) },
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response);
  return {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    idToken: tokens.id_token,
    scope: tokens.scope,
    clientId: client.client_id,
  };
};

const authorizationServer = async (idp: IdentityProvider): Promise<oauth.AuthorizationServer> => {
  const { authorizationEndpoint, tokenEndpoint, registrationEndpoint } = idp;
  if (authorizationEndpoint && tokenEndpoint) {
    return {
      issuer: idp.issuer,
      authorization_endpoint: authorizationEndpoint,
      token_endpoint: tokenEndpoint,
      id_token_signing_alg_values_supported: ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA'],
      ...(registrationEndpoint ? { registration_endpoint: registrationEndpoint } : {}),
    };
  }
  const issuer = new URL(idp.issuer);
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
};

const register = async (server: oauth.AuthorizationServer, redirectUri: string): Promise<oauth.Client> =>
  oauth.processDynamicClientRegistrationResponse(
    await oauth.dynamicClientRegistrationRequest(
      server,
      {
        client_name: 'testkit',
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
      insecure,
    ),
  );
