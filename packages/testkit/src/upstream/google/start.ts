import { createIdTokens } from '../id-tokens.ts';
import { createIssued } from '../issued.ts';
import { type Answer, type Question, type Route, serveRoutes } from '../serve.ts';
import {
  controlsOf,
  createUpstream,
  type OpenIdUpstreamStandIn,
  type UpstreamOptions,
} from '../upstream-stand-in.ts';
import { revoke, tokeninfo, userinfo } from './about-tokens.ts';
import { adaAtGoogle, type GoogleAccount, graceAtGoogle } from './account.ts';
import { authorize } from './authorize.ts';
import { endAllOf, type Google } from './google.ts';
import { answerTokenRequest } from './token-endpoint.ts';

export type GoogleEndpoint =
  | 'metadata'
  | 'jwks'
  | 'authorization'
  | 'token'
  | 'userinfo'
  | 'tokeninfo'
  | 'revocation';

export type GoogleLikeOptions = UpstreamOptions<GoogleAccount> & {
  /** Seconds; without an end unless told. 604,800 for an app whose publishing status is Testing. */
  refreshTokenLifetime?: number;
  /** Whether an ID token comes with a refresh; true unless told. */
  idTokenAtRefresh?: boolean;
  /** `iss` in authorization responses (RFC 9207), promised in the metadata (unless told), not promised, or not there. */
  issuerInResponse?: 'declared' | 'undeclared' | 'absent';
};

export type GoogleLike = OpenIdUpstreamStandIn<GoogleAccount, GoogleEndpoint> & {
  tokeninfoUrl: string;
  revocationUrl: string;
};

/**
 * A Google on loopback: a refresh token only for `access_type=offline`, and again only for `prompt=consent`;
 * none with a refresh; `offline_access` is an unknown scope, and most errors are a page of its own.
 *
 * @example
 * await using google = await startGoogleLike({ redirectUri: 'http://localhost:3001/callback' });
 * google.signInAs(graceAtGoogle); // whose ID token has no `hd`
 */
export const startGoogleLike = async (options: GoogleLikeOptions = {}): Promise<GoogleLike> => {
  const upstream = createUpstream(options, {
    client: { id: '407408718192.apps.googleusercontent.com', secret: 'GOCSPX-google-client-secret' },
    accounts: [adaAtGoogle, graceAtGoogle],
    keyOf: ({ sub }) => sub,
  });
  const google: Google = {
    ...upstream,
    issuerInResponse: options.issuerInResponse ?? 'declared',
    idTokenAtRefresh: options.idTokenAtRefresh ?? true,
    refreshTokenLifetime: options.refreshTokenLifetime,
    codes: createIssued(upstream.clock),
    accessTokens: createIssued(upstream.clock),
    refreshTokens: createIssued(upstream.clock),
    offline: new Set(),
    idTokens: await createIdTokens(),
  };
  const served = await serveRoutes<GoogleEndpoint>(routesOf(google));
  const { origin } = served;
  return {
    ...served,
    ...controlsOf(upstream, (key) => endAllOf(google, key)),
    issuer: origin,
    discoveryUrl: origin + paths.metadata,
    jwksUrl: origin + paths.jwks,
    authorizationEndpoint: origin + paths.authorization,
    tokenEndpoint: origin + paths.token,
    userinfoUrl: origin + paths.userinfo,
    tokeninfoUrl: origin + paths.tokeninfo,
    revocationUrl: origin + paths.revocation,
    rotateKeys: google.idTokens.rotate,
  };
};

const paths = {
  metadata: '/.well-known/openid-configuration',
  jwks: '/oauth2/v3/certs',
  authorization: '/o/oauth2/v2/auth',
  token: '/token',
  userinfo: '/v1/userinfo',
  tokeninfo: '/tokeninfo',
  revocation: '/revoke',
} satisfies Record<GoogleEndpoint, string>;

const routesOf = (google: Google): readonly Route<GoogleEndpoint>[] => {
  const route = (name: GoogleEndpoint, answer: (google: Google, question: Question) => Answer) => ({
    name,
    path: paths[name],
    answer: (question: Question) => answer(google, question),
  });
  return [
    route('metadata', metadata),
    route('jwks', () => ({
      status: 200,
      body: { keys: [{ ...google.idTokens.publicKey(), alg: 'RS256' }] },
    })),
    route('authorization', authorize),
    route('token', answerTokenRequest),
    route('userinfo', userinfo),
    route('tokeninfo', tokeninfo),
    route('revocation', revoke),
  ];
};

const metadata = ({ issuerInResponse }: Google, { url: { origin } }: Question): Answer => ({
  status: 200,
  body: {
    issuer: origin,
    authorization_endpoint: origin + paths.authorization,
    token_endpoint: origin + paths.token,
    userinfo_endpoint: origin + paths.userinfo,
    revocation_endpoint: origin + paths.revocation,
    jwks_uri: origin + paths.jwks,
    response_types_supported: ['code', 'token', 'id_token'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid', 'email', 'profile'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    claims_supported: ['aud', 'email', 'email_verified', 'exp', 'iat', 'iss', 'name', 'picture', 'sub'],
    code_challenge_methods_supported: ['plain', 'S256'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    ...(issuerInResponse === 'declared' ? { authorization_response_iss_parameter_supported: true } : {}),
  },
});
