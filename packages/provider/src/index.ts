export { ConfigurationError, type ConfigurationProblem, isLoopbackHost } from '@mcp-whoami/environment';
export type { AuthorizationServer } from './authorization-server.ts';
export { type BearerChallenge, formatBearerChallenge } from './bearer-challenge.ts';
export { connectAuthorizationServer } from './connect-authorization-server.ts';
export type { ConnectionContext, ConnectOptions } from './connect-options.ts';
export type { AboutConnection, ConnectionRoutes, ProviderConnection, RouteCaller } from './connection.ts';
export {
  defineProvider,
  type Provider,
  type ProviderDefinition,
  type ProviderReading,
} from './define-provider.ts';
export {
  type Advice,
  isIdpUnreachable,
  isLogoutRefused,
  isRateLimited,
  isTokenRefused,
  isVerificationUndecided,
  LogoutRefusedError,
  RateLimitedError,
  type RefusalCode,
  refusalTexts,
  type TokenForm,
  TokenRefusedError,
  VerificationUndecidedError,
} from './errors.ts';
export { type AdviceFacts, generalAdvice } from './general-advice.ts';
export { type JsonObject, jsonPathPattern } from './json.ts';
export type { AuthorizationServerMetadata } from './metadata/authorization-server-metadata.ts';
export { issuerUrl } from './metadata/authorization-server-metadata.ts';
export type {
  EndpointsByHand,
  IssuerToDiscover,
  MetadataSource,
  OwnServer,
} from './metadata/connected-server.ts';
export type { McpAuthConfig } from './metadata/mcp-auth-config.ts';
export { nearMiss } from './near-miss.ts';
export { defineOpenIdProvider, type OpenIdProviderDefinition, openIdOptions } from './openid-provider.ts';
export { type GroupClaims, identityOfClaims, requireClient } from './openid-upstream.ts';
export {
  backchannelLogoutSetting,
  issuerSetting,
  providerOptions,
  type ResourceServerSettings,
  resourceServerOptions,
  revocationSetting,
} from './options.ts';
export { printable, quote } from './printable.ts';
export {
  type AccessTokenInfo,
  type Caller,
  isAccessTokenInfo,
  type Proof,
  type SubjectKind,
  type TokenUse,
} from './token/access-token-info.ts';
export type { Logout } from './token/logouts.ts';
export { nearScope } from './token/scope-names.ts';
export type { SubjectMapping, UserinfoEndpoint, UserinfoRole } from './token/user.ts';
export type {
  ApiPage,
  ApiQuestion,
  AskAsPerson,
  GroupNames,
  Identity,
  OAuth2Endpoints,
  OAuth2Upstream,
  OpenIdUpstream,
  Upstream,
  UpstreamContext,
} from './upstream.ts';
export { processWarnings, type WarningLogger } from './warning-logger.ts';
