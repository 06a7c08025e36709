import { createHmac } from 'node:crypto';
import type { JsonObject } from '../json.ts';
import type { StandInOptions } from '../stand-in/options.ts';
import { keycloakLike, logtoLike } from '../stand-in/presets.ts';
import { compactJws, encodePart, generateSigningKey } from '../stand-in/signing.ts';
import type { StandIn } from '../stand-in/start.ts';

/** What the token of a mistake is made of. */
export interface MistakenToken {
  idp: StandIn;
  /** The URL of the resource that is called. */
  resource: string;
  /** A token by the IdP's own key: good for now, but for what is changed. */
  sign(claims?: JsonObject, header?: JsonObject): string;
}

/** A mistake with which a request is refused, and what the log has to say to it. */
export interface TokenMistake {
  title: string;
  /** The IdP that is meant; a plain OpenID Connect provider unless told. */
  idp?: StandInOptions;
  /** `PROVIDER=generic-oidc` and the issuer unless told. */
  environment?(idp: StandIn): Record<string, string>;
  /** The access token that is sent; none unless told. */
  token?(making: MistakenToken): string | Promise<string>;
  /** What else of the request is unusual: headers, of which `Host` and `Authorization` may be among, and a query. */
  request?: { headers?: Readonly<Record<string, string>>; query?: string };
  /** The stable code of the refusal. */
  reason: string;
  /** All of them are in the log line. */
  says: readonly (string | RegExp)[];
  /** All of them are in what the client is told. */
  told?: readonly (string | RegExp)[];
}

const seconds = () => Math.floor(Date.now() / 1000);
const oidc =
  (environment: Record<string, string> = {}) =>
  (idp: StandIn) => ({
    PROVIDER: 'generic-oidc',
    OIDC_ISSUER: idp.issuer,
    ...environment,
  });

/** The stand-in in the place of a product: its metadata says that product's issuer, and is fetched from the stand-in. */
const product = (issuer: string, options: StandInOptions = {}, more: Record<string, string> = {}) => ({
  idp: {
    ...options,
    transformMetadata: (document: JsonObject) => ({
      ...((options.transformMetadata?.(document) as JsonObject | undefined) ?? document),
      issuer,
    }),
  },
  environment: (idp: StandIn) =>
    oidc({ OIDC_ISSUER: issuer, OIDC_DISCOVERY_URL: idp.discoveryUrl ?? '', ...more })(idp),
});

const keycloak = {
  idp: keycloakLike,
  environment: ({ issuer }: StandIn) => ({ PROVIDER: 'keycloak', KEYCLOAK_ISSUER: issuer }),
};
const logto = {
  idp: logtoLike,
  environment: ({ origin }: StandIn) => ({ PROVIDER: 'logto', LOGTO_ENDPOINT: origin }),
};

const anotherAudience = (aud: (resource: string) => unknown, header?: JsonObject) => ({
  token: ({ sign, resource }: MistakenToken) => sign({ aud: aud(resource) }, header),
  reason: 'audience_mismatch',
  told: ['The access token is for another audience'],
});

const audienceNearMisses: TokenMistake[] = [
  {
    title: 'the audience with a slash at the end',
    ...anotherAudience((resource) => `${resource}/`),
    says: ['differs from', 'only by the slash at the end, which is not expected', 'OIDC_AUDIENCE'],
  },
  {
    title: 'the audience with https for http',
    ...anotherAudience((resource) => resource.replace('http:', 'https:')),
    says: ['only by the scheme, https for http'],
  },
  {
    title: 'the audience with 127.0.0.1 for localhost',
    ...anotherAudience((resource) => resource.replace('localhost', '127.0.0.1')),
    says: ['only by the host, 127.0.0.1 for localhost'],
  },
  {
    title: 'the audience with the port of another run',
    ...anotherAudience((resource) => resource.replace(/:\d+/, ':1')),
    says: [/only by the port, :1 for :\d+/],
  },
  {
    title: 'the audience without a port',
    ...anotherAudience((resource) => resource.replace(/:\d+/, '')),
    says: [/only by the port, none for :\d+/],
  },
  {
    title: 'the audience in upper case',
    ...anotherAudience((resource) => resource.replace('/mcp', '/MCP')),
    says: ['only in upper and lower case'],
  },
  {
    title: 'the origin of the server as the audience',
    ...anotherAudience((resource) => new URL(resource).origin),
    says: ['is of the same host', 'with no path for "/mcp"'],
  },
  {
    title: 'a token for the other resource of this server',
    ...anotherAudience((resource) => resource.replace('/mcp', '/sse')),
    says: ['with the path "/sse" for "/mcp"'],
  },
  {
    title: 'an audience with two differences',
    ...anotherAudience((resource) => `${resource.replace('http:', 'https:')}/`),
    says: ['only by the slash at the end, which is not expected, and by the scheme, https for http'],
  },
];

const auth0 = 'https://acme.eu.auth0.com/';
const okta = 'https://acme.okta.com/oauth2/default';
const entra = 'https://login.microsoftonline.com/6f1d2a3b/v2.0';
const cognito = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc';
const google = 'https://accounts.google.com';
const graph = '00000003-0000-0000-c000-000000000000';

/** As Auth0 makes them of a tenant's own (RFC 7516 §7.1, `dir`). */
const encrypted = () =>
  [
    encodePart({ alg: 'dir', enc: 'A256GCM', iss: auth0 }),
    '',
    'AAAAAAAAAAAAAAAA',
    'AAAA',
    'AAAAAAAAAAAAAAAAAAAAAA',
  ].join('.');

const audiences: TokenMistake[] = [
  {
    title: 'Keycloak without an Audience mapper',
    ...keycloak,
    ...anotherAudience(() => 'account', { typ: 'JWT' }),
    says: [
      '"account"',
      'Included Custom Audience',
      'Client scopes > basic > Mappers',
      /Mappers.*KEYCLOAK_AUDIENCE/,
    ],
  },
  {
    title: 'Keycloak for a client that has no audience at all',
    ...keycloak,
    token: ({ sign }) => sign({ aud: undefined, typ: 'Bearer' }, { typ: 'JWT' }),
    reason: 'audience_unknown',
    says: ['the token names none', 'Included Custom Audience', 'KEYCLOAK_AUDIENCE=none'],
  },
  {
    title: 'Logto for another API resource',
    ...logto,
    ...anotherAudience(() => 'https://api.acme.example'),
    says: ['Console > API resources', 'API identifier', /API resource.*LOGTO_AUDIENCE/],
  },
  {
    title: 'Logto for a client that names no API resource',
    ...logto,
    token: ({ idp }) => idp.issueAccessToken(),
    reason: 'audience_unknown',
    says: ['opaque', 'Default API', /API resource.*LOGTO_AUDIENCE=none/],
  },
  {
    title: 'Auth0 for another API',
    ...product(auth0),
    token: ({ sign }) => sign({ iss: auth0, aud: 'https://api.acme.example' }),
    reason: 'audience_mismatch',
    says: ['Applications > APIs', 'Resource Parameter Compatibility Profile', /Applications.*OIDC_AUDIENCE/],
  },
  {
    title: 'Auth0 for a client that names no API, encrypted',
    ...product(auth0),
    token: encrypted,
    reason: 'audience_unknown',
    says: [
      'encrypted, a JWE',
      'The client named no API',
      'Default Audience',
      /Applications.*OIDC_AUDIENCE=none/,
    ],
  },
  {
    title: 'Okta with the audience of its default server',
    ...product(okta),
    token: ({ sign }) => sign({ iss: okta, aud: 'api://default' }),
    reason: 'audience_mismatch',
    says: ['"api://default"', 'Security > API > Authorization Servers', /Audience.*OIDC_AUDIENCE/],
  },
  {
    title: 'Entra ID for its own application id',
    ...product(entra),
    token: ({ sign }) => sign({ iss: entra, aud: '0f0e0d0c' }),
    reason: 'audience_mismatch',
    says: ['Expose an API', 'OIDC_SCOPES', 'OIDC_AUDIENCE=<application id>'],
  },
  {
    title: 'Amazon Cognito, which names no audience',
    ...product(cognito),
    token: ({ sign }) => sign({ iss: cognito, aud: undefined, token_use: 'access' }, { typ: undefined }),
    reason: 'audience_unknown',
    says: ['pre token generation trigger', /trigger.*OIDC_AUDIENCE=none/],
  },
  {
    title: 'Google, whose access tokens are opaque',
    ...product(google),
    token: () => 'ya29.a0AfB_byC',
    reason: 'audience_unknown',
    says: ['opaque', 'PROVIDER=google', 'Never accept them with OIDC_AUDIENCE=none'],
  },
  {
    title: 'WorkOS AuthKit without a resource indicator',
    ...product('https://acme-1.authkit.app'),
    token: ({ sign }) => sign({ iss: 'https://acme-1.authkit.app', aud: 'client_01' }),
    reason: 'audience_mismatch',
    says: ['MCP resource indicators', 'Connect > Configuration'],
  },
  {
    title: 'Zitadel, whose audiences are ids',
    ...product('https://acme-1a.zitadel.cloud'),
    token: ({ sign }) => sign({ iss: 'https://acme-1a.zitadel.cloud', aud: ['271', '272'] }),
    reason: 'audience_mismatch',
    says: ['urn:zitadel:iam:org:project:id:', 'OIDC_AUDIENCE=<project id>'],
  },
  {
    title: 'an opaque token, where the IdP has introspection',
    idp: { introspection: true },
    token: ({ idp }) => idp.issueAccessToken(),
    reason: 'audience_unknown',
    says: [
      'opaque, not a JWT',
      /OIDC_CLIENT_ID, OIDC_CLIENT_SECRET|OIDC_CLIENT_ID and OIDC_CLIENT_SECRET/,
      /OIDC_CLIENT_ID.*OIDC_AUDIENCE=none/,
    ],
  },
  {
    title: 'an opaque token of an IdP without metadata, asked about at userinfo',
    idp: { metadata: 'none', accessTokens: 'opaque' },
    environment: (idp) => ({
      PROVIDER: 'oauth2-custom',
      OAUTH2_AUTHORIZATION_ENDPOINT: idp.authorizationEndpoint,
      OAUTH2_TOKEN_ENDPOINT: idp.tokenEndpoint,
      OAUTH2_USERINFO_URL: idp.userinfoUrl,
    }),
    token: ({ idp }) => idp.issueAccessToken(),
    reason: 'audience_unknown',
    says: [/OAUTH2_INTROSPECTION_URL, OAUTH2_CLIENT_ID.*OAUTH2_AUDIENCE=none/],
  },
];

const issuers: TokenMistake[] = [
  {
    title: 'the issuer without its slash',
    idp: { issuerPath: '/' },
    token: ({ sign, idp, resource }) => sign({ iss: idp.issuer.replace(/\/$/, ''), aud: resource }),
    reason: 'issuer_mismatch',
    says: ['only by the slash at the end, which is missing', 'OIDC_ISSUER'],
  },
  {
    title: 'the issuer by the name that only this machine has for the IdP',
    ...keycloak,
    token: ({ sign, idp }) => sign({ iss: idp.issuer.replace('localhost', '127.0.0.1') }),
    reason: 'issuer_mismatch',
    says: ['only by the host, 127.0.0.1 for localhost', 'KC_HOSTNAME', 'KEYCLOAK_ISSUER'],
    told: ['The access token is from another issuer'],
  },
  {
    title: 'a token of another realm',
    ...keycloak,
    token: ({ sign, idp }) => sign({ iss: idp.issuer.replace('mcp-realm', 'master') }),
    reason: 'issuer_mismatch',
    says: ['only by the realm, master for mcp-realm'],
  },
  {
    title: 'a token of Okta’s org authorization server',
    ...product(okta),
    token: ({ sign }) => sign({ iss: 'https://acme.okta.com' }),
    reason: 'issuer_mismatch',
    says: ['only by /oauth2/default at the end, which is missing', 'custom authorization server'],
  },
  {
    title: 'a token of Entra ID’s version 1.0',
    ...product(entra),
    token: ({ sign }) => sign({ iss: 'https://sts.windows.net/6f1d2a3b/', aud: 'api://0f0e0d0c' }),
    reason: 'issuer_mismatch',
    says: ['requestedAccessTokenVersion', 'manifest'],
  },
  {
    title: 'a token for Microsoft Graph',
    ...product(entra),
    token: ({ sign }) => sign({ iss: 'https://sts.windows.net/6f1d2a3b/', aud: graph }),
    reason: 'issuer_mismatch',
    says: ['Microsoft Graph', 'Expose an API', 'User.Read'],
  },
  {
    title: 'the issuer with /v2.0 and the token without',
    ...product(entra),
    token: ({ sign }) => sign({ iss: entra.replace('/v2.0', '/') }),
    reason: 'issuer_mismatch',
    says: ['by /v2.0 at the end, which is missing', 'requestedAccessTokenVersion'],
  },
];

const times: TokenMistake[] = [
  {
    title: 'a token that expired a while ago',
    token: ({ sign }) => sign({ exp: seconds() - 192, iat: seconds() - 3_792 }),
    reason: 'expired',
    says: [/`exp` passed 3 min 1[2-9] s ago by this server’s clock/, 'a lifetime of 1 h', 'refresh'],
    told: ['The access token has expired'],
  },
  {
    title: 'a token that lives for a minute',
    ...keycloak,
    token: ({ sign }) => sign({ exp: seconds() - 30, iat: seconds() - 90, typ: 'Bearer' }, { typ: 'JWT' }),
    reason: 'expired',
    says: ['a lifetime of 60 s', 'a short lifetime, or the clocks', 'Access Token Lifespan'],
  },
  {
    title: 'a clock that is a minute behind',
    token: ({ sign }) => sign({ nbf: seconds() + 61 }),
    reason: 'not_yet_valid',
    says: [/`nbf` is (?:5\d|60|61) s in the future/, 'check both clocks'],
    told: ['The access token is not valid yet'],
  },
  {
    title: 'a token that was issued in the future',
    token: ({ sign }) => sign({ iat: seconds() + 3_605 }),
    reason: 'not_yet_valid',
    says: [/`iat` is (?:1 h|59 min \d+ s) in the future/, 'check both clocks'],
  },
  {
    title: 'times in milliseconds',
    token: ({ sign }) => sign({ iat: Date.now(), exp: Date.now() + 3_600_000 }),
    reason: 'not_yet_valid',
    says: ['it is in milliseconds', 'in seconds'],
  },
  {
    title: 'a token that never expires',
    token: ({ sign }) => sign({ exp: undefined }),
    reason: 'expiry_missing',
    says: ['no `exp`', 'expire'],
  },
];

const foreignKey = async ({ idp, resource }: MistakenToken) => {
  const { privateKey, alg, kid } = await generateSigningKey('RS256');
  return idp.signJwt(idp.validClaims({ aud: resource }), { key: privateKey, alg, header: { kid } });
};
const bySecret = ({ idp, resource }: MistakenToken, claims: JsonObject = {}) =>
  compactJws({ alg: 'HS256', typ: 'JWT' }, idp.validClaims({ aud: resource, ...claims }), (input) =>
    createHmac('sha256', 'the client’s secret').update(input).digest(),
  );
const authentik = 'https://id.acme.example/application/o/whoami/';

const signatures: TokenMistake[] = [
  {
    title: 'a token of another environment of the same IdP',
    token: foreignKey,
    reason: 'unknown_key',
    says: [
      /`kid` "[^"]+" and `alg` "RS256"/,
      /is among the issuer’s at http:\/\/localhost:\d+\/jwks/,
      'Sign in again',
    ],
    told: ['signed by a key that its issuer does not publish'],
  },
  {
    title: 'a token from before Keycloak’s realm was made anew',
    ...keycloak,
    token: foreignKey,
    reason: 'unknown_key',
    says: ['Realm settings > Keys', '`kid`'],
  },
  {
    title: 'a token that was cut while it was copied',
    token: ({ sign }) => sign().slice(0, -20),
    reason: 'bad_signature',
    says: ['does not fit', 'Sign in again'],
  },
  {
    title: 'authentik without a signing key',
    ...product(authentik),
    token: (making) => bySecret(making, { iss: authentik }),
    reason: 'algorithm_not_allowed',
    says: ['"HS256"', 'Signing Key', 'Applications > Providers'],
  },
];

const kinds: TokenMistake[] = [
  {
    title: 'an ID token',
    token: ({ sign }) => sign({ aud: 'a-client', nonce: 'n', at_hash: 'h' }, { typ: 'JWT' }),
    reason: 'not_an_access_token',
    says: ['`nonce`', '`access_token`', '`id_token`'],
  },
  {
    title: 'a refresh token of Keycloak',
    ...keycloak,
    token: ({ sign }) => sign({ typ: 'Refresh' }, { typ: 'JWT' }),
    reason: 'not_an_access_token',
    says: ['"Refresh"', 'send the access token'],
  },
  {
    title: 'a token that is bound to a key of its client',
    ...keycloak,
    token: ({ sign }) => sign({ cnf: { jkt: 'x' }, typ: 'Bearer' }, { typ: 'JWT' }),
    reason: 'sender_constrained',
    says: ['`cnf`', 'Require DPoP bound tokens'],
  },
  {
    title: 'Keycloak without the client scope "basic"',
    ...keycloak,
    token: ({ sign }) => sign({ sub: undefined, typ: 'Bearer' }, { typ: 'JWT' }),
    reason: 'subject_missing',
    says: ['client scope "basic"', 'mapper "sub"'],
  },
  {
    title: 'a token that was revoked at Keycloak',
    ...keycloak,
    token: async ({ idp, sign }) => {
      idp.fail('userinfo', { status: 401 });
      return sign({ typ: 'Bearer', azp: 'a-client' }, { typ: 'JWT' });
    },
    reason: 'revoked',
    says: ['401', 'The session ended (Sessions)', 'KC_HOSTNAME'],
    told: ['The access token has been revoked'],
  },
  {
    title: 'an opaque token that the IdP no longer knows',
    idp: { introspection: true },
    environment: (idp) =>
      oidc({
        OIDC_CLIENT_ID: idp.introspectionClient.clientId,
        OIDC_CLIENT_SECRET: idp.introspectionClient.clientSecret,
      })(idp),
    token: () => 'gone',
    reason: 'inactive',
    says: ['is not active', 'OIDC_CLIENT_ID', 'Sign in again'],
  },
];

/** The embedded IdP has no settings, and advice names none. */
const dev = { environment: () => ({ PROVIDER: 'dev' }) };
const namesNoSetting = /^(?!.*\b(?:AUDIENCE|CLIENT_ID|ISSUER)\b)/;

const atDev: TokenMistake[] = [
  {
    title: 'a made-up token at the development provider',
    ...dev,
    token: () => 'some.token',
    reason: 'malformed_token',
    says: ['opaque', 'The development provider issues nothing of that form', namesNoSetting],
  },
  {
    title: 'a token from an earlier start of the development provider',
    ...dev,
    token: ({ sign }) => sign(),
    reason: 'issuer_mismatch',
    says: ['new keys at each start', 'sign in again', namesNoSetting],
  },
];

const readsRequired = oidc({ OIDC_SCOPES: 'openid Notes.Read', OIDC_REQUIRED_SCOPES: 'Notes.Read' });
const withScope = (scope: string) => ({
  token: ({ sign }: MistakenToken) => sign({ scope }),
  reason: 'insufficient_scope',
  told: ['The access token lacks a required scope'],
});

const scopes: TokenMistake[] = [
  {
    title: 'a scope in another case',
    environment: readsRequired,
    ...withScope('openid notes.read'),
    says: ['"notes.read" differs from "Notes.Read" only in upper and lower case'],
  },
  {
    title: 'a scope by another name of its API',
    environment: oidc({ OIDC_REQUIRED_SCOPES: 'read' }),
    ...withScope('openid api://notes/read'),
    says: ['"api://notes/read" may be another name of "read"'],
  },
  {
    title: 'a scope that was never asked for',
    environment: readsRequired,
    ...withScope('openid'),
    says: ['missing: Notes.Read', 'OIDC_SCOPES', 'OIDC_REQUIRED_SCOPES'],
  },
  {
    title: 'a client scope that the client in Keycloak does not have',
    ...keycloak,
    environment: ({ issuer }) => ({
      PROVIDER: 'keycloak',
      KEYCLOAK_ISSUER: issuer,
      KEYCLOAK_AUDIENCE: 'account',
      KEYCLOAK_REQUIRED_SCOPES: 'mcp:whoami',
    }),
    token: ({ idp }) => idp.issueAccessToken({ scope: 'openid' }),
    reason: 'insufficient_scope',
    says: ['missing: mcp:whoami', 'Client scopes'],
  },
];

const requests: TokenMistake[] = [
  {
    title: 'the token in quotes',
    request: { headers: { authorization: 'Bearer "eyJ.eyJ.x"' } },
    reason: 'credentials_malformed',
    says: ['without quotes'],
  },
  {
    title: 'the word Bearer twice',
    request: { headers: { authorization: 'Bearer Bearer eyJ.eyJ.x' } },
    reason: 'credentials_malformed',
    says: ['the word Bearer once'],
  },
  {
    title: 'the token in the URL',
    request: { query: '?access_token=x' },
    reason: 'credentials_in_query',
    says: ['Authorization: Bearer <token>'],
  },
  {
    title: 'a public name that the server was not told',
    request: { headers: { host: 'mcp.acme.example' } },
    reason: 'host_not_allowed',
    says: ['PUBLIC_URL=https://mcp.acme.example', 'ALLOWED_HOSTS=mcp.acme.example'],
  },
  {
    title: 'a reverse proxy that calls the server by a name of its own',
    request: {
      headers: {
        host: 'whoami:3001',
        'x-forwarded-host': 'mcp.acme.example',
        'x-forwarded-proto': 'https',
      },
    },
    reason: 'host_not_allowed',
    says: ['PUBLIC_URL=https://mcp.acme.example', 'ALLOWED_HOSTS=whoami:3001', 'TRUSTED_PROXIES=1'],
  },
  {
    title: 'a page of another origin',
    request: { headers: { origin: 'https://inspector.acme.example' } },
    reason: 'origin_not_allowed',
    says: ['ALLOWED_ORIGINS=https://inspector.acme.example'],
  },
  {
    title: 'the server’s own page, behind a proxy',
    request: {
      headers: { origin: 'https://mcp.acme.example', 'x-forwarded-host': 'mcp.acme.example' },
    },
    reason: 'origin_not_allowed',
    says: ['PUBLIC_URL=https://mcp.acme.example'],
  },
  {
    title: 'an allowed origin with http for https',
    environment: oidc({ ALLOWED_ORIGINS: 'https://app.acme.example' }),
    request: { headers: { origin: 'http://app.acme.example' } },
    reason: 'origin_not_allowed',
    says: [
      'only by the scheme, http for https',
      'ALLOWED_ORIGINS=https://app.acme.example,http://app.acme.example',
    ],
  },
  {
    title: 'a page that was opened as a file',
    request: { headers: { origin: 'null' } },
    reason: 'origin_not_allowed',
    says: ['without an origin of its own', 'http://localhost'],
  },
];

/** Mistakes of tokens and requests that people make who connect an IdP. Each meets its mend in the log. */
export const tokenMistakes: readonly TokenMistake[] = [
  ...audienceNearMisses,
  ...audiences,
  ...issuers,
  ...times,
  ...signatures,
  ...kinds,
  ...atDev,
  ...scopes,
  ...requests,
];
