export {
  type AccessTokenInfo,
  isAccessTokenInfo,
  type Proof,
  type SubjectKind,
} from './access-token-info.ts';
export type { AuthorizationServer, EndpointsByHand, IssuerToDiscover } from './authorization-server.ts';
export type {
  AuthorizationServerMetadata,
  JsonObject,
} from './authorization-server-metadata.ts';
export { backchannelLogoutVariable } from './backchannel-logout.ts';
export { type BearerChallenge, formatBearerChallenge } from './bearer-challenge.ts';
export { connectAuthorizationServer } from './connect-authorization-server.ts';
export {
  type ConnectionContext,
  type ConnectOptions,
  defineProvider,
  type Provider,
  type ProviderConnection,
  type ProviderDefinition,
  type TokenUse,
} from './define-provider.ts';
export {
  type DescribedVariable,
  describeEnvironment,
  type Environment,
  type EnvironmentReading,
  type EnvironmentSchema,
  isSet,
  readEnvironment,
  requireEnvironment,
  type VariableMeta,
  variable,
  variableName,
} from './environment.ts';
export {
  type Advice,
  ConfigurationError,
  type ConfigurationProblem,
  isIdpUnreachable,
  isLogoutRefused,
  isRateLimited,
  isTokenRefused,
  isVerificationUndecided,
  LogoutRefusedError,
  RateLimitedError,
  type RefusalCode,
  refusalTexts,
  TokenRefusedError,
  VerificationUndecidedError,
} from './errors.ts';
export { jsonPathPattern } from './json-path.ts';
export type { Logout } from './logouts.ts';
export type { McpAuthConfig } from './mcp-auth-config.ts';
export { nodeEnvironment } from './node-environment.ts';
export { printable, quote } from './printable.ts';
export type { UserinfoRole } from './prove-token.ts';
export type { Caller } from './question-budget.ts';
export {
  commaSeparated,
  crossCheck,
  issuerVariable,
  providerEnvironment,
  type ResourceServerSettings,
} from './resource-server-settings.ts';
export { revocationVariable } from './revocation.ts';
export { shownUrl } from './shown-value.ts';
export { misspelledVariables } from './unknown-variables.ts';
export { httpUrl, isLoopbackHost, isPlainHttp, issuerUrl } from './urls.ts';
export type { SubjectMapping, UserinfoEndpoint } from './userinfo.ts';
export type { WarningLogger } from './warning-logger.ts';
