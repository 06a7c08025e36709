import { bearerToken } from '../client.ts';
import { createIdTokens } from '../id-tokens.ts';
import { createIssued } from '../issued.ts';
import { type Answer, type Question, type Route, serveRoutes } from '../serve.ts';
import {
  controlsOf,
  createUpstream,
  type OpenIdUpstreamStandIn,
  type UpstreamOptions,
} from '../upstream-stand-in.ts';
import { adaAtEntra, type EntraAccount, entraTenant, graceAtEntra } from './account.ts';
import { authorize } from './authorize.ts';
import { subjectOf } from './claims.ts';
import { type Entra, issuerOf, tenantOf } from './entra.ts';
import { answerTokenRequest } from './token-endpoint.ts';

export type EntraEndpoint = 'metadata' | 'jwks' | 'authorization' | 'token' | 'userinfo';

export type EntraLikeOptions = UpstreamOptions<EntraAccount> & {
  /** A tenant's id, `entraTenant` unless told, or a name for many: then the issuer in the metadata is a template. */
  tenant?: 'common' | 'organizations' | 'consumers' | (string & {});
  /** What `resource` gets: that there is no such parameter (unless told), or that no scope belongs to it. */
  resourceError?: 'AADSTS901002' | 'AADSTS9010010';
};

/** `issuer` is the one with the tenant that was told, also where the metadata name a template. */
export type EntraLike = OpenIdUpstreamStandIn<EntraAccount, EntraEndpoint> & { tenant: string };

/**
 * An Entra ID on loopback: it refuses `resource`, its subjects are another for each client, its e-mail
 * addresses nobody has verified, and a client of many tenants finds a template where the issuer should be.
 *
 * @example
 * await using entra = await startEntraLike({ tenant: 'organizations' });
 * entra.change(adaAtEntra, { groups: [] });
 */
export const startEntraLike = async (options: EntraLikeOptions = {}): Promise<EntraLike> => {
  const { tenant = entraTenant, resourceError = 'AADSTS901002' } = options;
  const upstream = createUpstream(options, {
    client: { id: 'b7d1a4c2-3e5f-4a6b-8c7d-9e0f1a2b3c4d', secret: 'entra~client-secret' },
    accounts: [adaAtEntra, graceAtEntra],
    keyOf: ({ oid }) => oid,
  });
  const entra: Entra = {
    ...upstream,
    resourceError,
    codes: createIssued(upstream.clock),
    accessTokens: createIssued(upstream.clock),
    refreshTokens: createIssued(upstream.clock),
    idTokens: await createIdTokens(),
  };
  const served = await serveRoutes<EntraEndpoint>(routesOf(entra));
  const base = `${served.origin}/${tenant}`;
  return {
    ...served,
    ...controlsOf(upstream, (owner) => {
      const isOwners = ({ key }: { key: string }) => key === owner;
      entra.codes.endWhere(isOwners);
      entra.accessTokens.endWhere(isOwners);
      entra.refreshTokens.endWhere(isOwners);
    }),
    tenant,
    issuer: `${base}/v2.0`,
    discoveryUrl: `${base}/v2.0/.well-known/openid-configuration`,
    jwksUrl: `${base}/discovery/v2.0/keys`,
    authorizationEndpoint: `${base}/oauth2/v2.0/authorize`,
    tokenEndpoint: `${base}/oauth2/v2.0/token`,
    userinfoUrl: `${served.origin}/oidc/userinfo`,
    rotateKeys: entra.idTokens.rotate,
  };
};

/** Every tenant has the same endpoints under its own name. */
const routesOf = (entra: Entra): readonly Route<EntraEndpoint>[] => [
  { name: 'metadata', path: /^\/[^/]+\/v2\.0\/\.well-known\/openid-configuration$/, answer: metadata },
  { name: 'jwks', path: /^\/[^/]+\/discovery\/v2\.0\/keys$/, answer: (question) => keys(entra, question) },
  {
    name: 'authorization',
    path: /^\/[^/]+\/oauth2\/v2\.0\/authorize$/,
    answer: (question) => authorize(entra, question),
  },
  {
    name: 'token',
    path: /^\/[^/]+\/oauth2\/v2\.0\/token$/,
    answer: (question) => answerTokenRequest(entra, question),
  },
  { name: 'userinfo', path: '/oidc/userinfo', answer: (question) => userinfo(entra, question) },
];

/** S256 is accepted, and not listed. */
const metadata = ({ url }: Question): Answer => {
  const tenant = tenantOf(url);
  const base = `${url.origin}/${tenant}`;
  return {
    status: 200,
    body: {
      issuer: issuerOf(url.origin, tenant),
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      token_endpoint: `${base}/oauth2/v2.0/token`,
      jwks_uri: `${base}/discovery/v2.0/keys`,
      userinfo_endpoint: `${url.origin}/oidc/userinfo`,
      response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
      response_modes_supported: ['query', 'fragment', 'form_post'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      token_endpoint_auth_methods_supported: [
        'client_secret_post',
        'private_key_jwt',
        'client_secret_basic',
        'self_signed_tls_client_auth',
      ],
      claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'nonce', 'preferred_username', 'name', 'tid'],
    },
  };
};

/** Its keys name no `alg`, and an issuer of their own. */
const keys = (entra: Entra, { url }: Question): Answer => ({
  status: 200,
  body: { keys: [{ ...entra.idTokens.publicKey(), issuer: issuerOf(url.origin, tenantOf(url)) }] },
});

/** Graph's: it knows access tokens of Graph alone, which all of this stand-in are. */
const userinfo = (entra: Entra, { headers }: Question): Answer => {
  const token = entra.accessTokens.find(bearerToken(headers));
  const account = token && entra.people.find(token.key);
  if (!account || account.disabled) {
    return { status: 401, body: { error: { code: 'InvalidAuthenticationToken' } } };
  }
  const { name, email } = account;
  return { status: 200, body: { sub: subjectOf(account, entra.client.id), name, email } };
};
