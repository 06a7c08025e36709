import type { MetadataForm, StandInOptions } from './options.ts';

export type Endpoint =
  | 'metadata'
  | 'jwks'
  | 'authorization'
  | 'token'
  | 'registration'
  | 'userinfo'
  | 'introspection'
  | 'revocation';

export type Endpoints = {
  issuer: string;
  /** The issuer's path without a trailing slash: where oidc-provider is mounted. */
  mount: string;
  /** The paths from the root that serve the metadata. */
  metadataPaths: readonly string[];
  path: Record<Exclude<Endpoint, 'metadata'>, string>;
  url: Record<Exclude<Endpoint, 'metadata'>, string>;
  /** Which endpoint a path from the root belongs to. */
  at: (pathname: string) => Endpoint | undefined;
};

/** oidc-provider's default routes, and where the issuer's path puts them. */
export const resolveEndpoints = (origin: string, options: StandInOptions): Endpoints => {
  const issuerPath = options.issuerPath ?? '';
  const mount = issuerPath.replace(/\/$/, '');
  const path = {
    jwks: `${mount}/jwks`,
    authorization: `${mount}/auth`,
    token: `${mount}/token`,
    registration: `${mount}/reg`,
    userinfo: `${mount}${options.userinfoPath ?? '/me'}`,
    introspection: `${mount}/token/introspection`,
    revocation: `${mount}/token/revocation`,
  };
  const url = {
    jwks: origin + path.jwks,
    authorization: origin + path.authorization,
    token: origin + path.token,
    registration: origin + path.registration,
    userinfo: origin + path.userinfo,
    introspection: origin + path.introspection,
    revocation: origin + path.revocation,
  };
  const metadataPaths = metadataForms(options.metadata).map((form) => metadataPath(form, mount));
  const names = new Map<string, Endpoint>([
    [path.jwks, 'jwks'],
    [path.authorization, 'authorization'],
    [path.token, 'token'],
    [path.registration, 'registration'],
    [path.userinfo, 'userinfo'],
    [path.introspection, 'introspection'],
    [path.revocation, 'revocation'],
  ]);
  for (const metadata of metadataPaths) names.set(metadata, 'metadata');
  return {
    issuer: origin + issuerPath,
    mount,
    metadataPaths,
    path,
    url,
    at: (pathname) => names.get(pathname),
  };
};

const metadataForms = (metadata: StandInOptions['metadata'] = 'openid'): readonly MetadataForm[] => {
  if (metadata === 'none') return [];
  return typeof metadata === 'string' ? [metadata] : metadata;
};

const metadataPath = (form: MetadataForm, mount: string): string => {
  if (form === 'openid') return `${mount}/.well-known/openid-configuration`;
  if (form === 'rfc8414') return `/.well-known/oauth-authorization-server${mount}`;
  return `${mount}/.well-known/oauth-authorization-server`;
};
