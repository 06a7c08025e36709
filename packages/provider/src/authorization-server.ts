import type { JsonObject } from './authorization-server-metadata.ts';
import type { Advice } from './errors.ts';
import type { UserinfoRole } from './prove-token.ts';
import type { ResourceServerSettings } from './resource-server-settings.ts';
import type { SubjectMapping, UserinfoEndpoint } from './userinfo.ts';

/** Endpoints of an IdP that publishes no metadata. */
export interface EndpointsByHand {
  authorizationEndpoint: string;
  tokenEndpoint: string;
  /** Whether it checks PKCE (RFC 7636), where somebody said so. */
  pkce?: 'S256' | 'none' | undefined;
}

/** An IdP that publishes metadata. */
export interface IssuerToDiscover {
  issuer: string;
  /** `oidc`: OpenID Connect Discovery; `oauth`: RFC 8414. */
  type: 'oidc' | 'oauth';
  /** The field of the environment that says the issuer. */
  issuerField: string;
  /** What else helps when the metadata can't be had or is another issuer's. */
  hint?: string;
  /** What that field has to be for an issuer; the issuer itself otherwise. */
  settingOf?: (issuer: string) => string;
}

/** An authorization server as a provider declares it. */
export interface AuthorizationServer {
  /** Where its metadata is, or what it would say. */
  metadata: IssuerToDiscover | EndpointsByHand;
  /** Mends faults that the provider's metadata is known to have. */
  repairMetadata?: (document: JsonObject) => JsonObject;
  /** What userinfo means for a token that was proved without it. */
  userinfoRole: UserinfoRole;
  /** In place of, or beside, what the metadata says. */
  userinfo?: Partial<UserinfoEndpoint>;
  introspectionUrl?: string | undefined;
  /** Where the user is in the answers of userinfo and introspection; `sub` in the whole answer otherwise. */
  mapping?: SubjectMapping;
  settings: ResourceServerSettings;
  /** What to change at this IdP when a token is refused. */
  advice?: Advice;
  /** URLs of the configuration that must not be plain http, by field. */
  urls: Readonly<Record<string, string | undefined>>;
}
