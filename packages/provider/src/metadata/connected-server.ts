import type { JSONWebKeySet } from 'jose';
import type { JsonObject } from '../json.ts';
import type { AuthorizationServerMetadata } from './authorization-server-metadata.ts';

/** An IdP that publishes metadata. */
export interface IssuerToDiscover {
  kind: 'discover';
  issuer: string;
  /** `oidc`: OpenID Connect Discovery; `oauth`: RFC 8414, in both path forms. */
  type: 'oidc' | 'oauth';
  /** What else helps when the metadata cannot be fetched or is another issuer's. */
  hint?: string | undefined;
  /** Mends faults that the IdP's metadata is known to have. */
  repair?: ((document: JsonObject) => JsonObject) | undefined;
}

/** Endpoints of an IdP that publishes no metadata. */
export interface EndpointsByHand {
  kind: 'byHand';
  authorizationEndpoint: string;
  tokenEndpoint: string;
  /** Whether it checks PKCE (RFC 7636), where somebody said so. */
  pkce?: 'S256' | 'none' | undefined;
}

/** An authorization server in this very process. */
export interface OwnServer {
  kind: 'own';
  metadata: JsonObject;
  /** The public keys that its tokens are signed by. */
  keys: JSONWebKeySet;
}

export type MetadataSource = IssuerToDiscover | EndpointsByHand | OwnServer;

/** An authorization server that was found: what it says of itself, and what is made of that. */
export interface ConnectedServer {
  type: 'oidc' | 'oauth';
  /** The metadata as the IdP sent it, or as it is made here of what was given by hand. */
  document: JsonObject;
  /** The same, mended and checked. */
  metadata: AuthorizationServerMetadata;
  /** The endpoints that this server asks, by the URLs under which it reaches them. */
  endpoints: { jwks?: string | undefined; userinfo?: string | undefined; introspection?: string | undefined };
  /** Whether an MCP client that is given the IdP's issuer finds the document. */
  foundByClients: boolean;
  /** What MCP clients are told. */
  published: { issuer: string; metadata: JsonObject };
  /** What the operator should know of the way to the endpoints. */
  warnings: readonly string[];
}
