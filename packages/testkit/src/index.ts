export { type Account, accounts, ada, grace } from './accounts.ts';
export { freePort } from './free-port.ts';
export { hostileRequests } from './hostile-requests/hostile-requests.ts';
export type { HostileRequest } from './hostile-requests/row.ts';
export { attackerKeysPath, hostileTokens } from './hostile-tokens/hostile-tokens.ts';
export type { HostileToken } from './hostile-tokens/row.ts';
export { serveOnLoopback } from './loopback-server.ts';
export { type RunningProgram, type RunOptions, runProgram } from './run-program.ts';
export {
  type IdentityProvider,
  type SignedIn,
  type SignInForTokenOptions,
  signInForToken,
} from './sign-in/access-token.ts';
export { SignInError, type SignInOptions, signIn } from './sign-in/sign-in.ts';
export { skipOutsideCi } from './skip-outside-ci.ts';
export type { Endpoint } from './stand-in/endpoints.ts';
export type { Fault, FaultAnswer, FaultMode } from './stand-in/faults.ts';
export {
  confidentialClient,
  type IntrospectionClientAuth,
  type IntrospectionOptions,
  type IssueOptions,
  type MetadataForm,
  nativeClient,
  type RegisteredClient,
  type StandInOptions,
} from './stand-in/options.ts';
export { keycloakLike, logtoLike } from './stand-in/presets.ts';
export type { LoggedRequest, RequestLog } from './stand-in/request-log.ts';
export { type SigningAlg, type SigningKey, withoutAlg } from './stand-in/signing.ts';
export { type SignOptions, type StandIn, startStandIn } from './stand-in/start.ts';
export {
  casdoorLike,
  dexLike,
  githubLikeUser,
  graphqlViewer,
  notionLike,
  slackLike,
  type UserinfoAnswer,
  type UserinfoReply,
  type UserinfoRequest,
} from './stand-in/user-endpoint.ts';
export type { UpstreamClient } from './upstream/client.ts';
export {
  adaAtEntra,
  type EntraAccount,
  entraConsumers,
  entraTenant,
  graceAtEntra,
} from './upstream/entra/account.ts';
export { type EntraError, entraError } from './upstream/entra/error.ts';
export {
  type EntraEndpoint,
  type EntraLike,
  type EntraLikeOptions,
  startEntraLike,
} from './upstream/entra/start.ts';
export { adaAtGithub, type GithubAccount, graceAtGithub } from './upstream/github/account.ts';
export type { GithubPermission } from './upstream/github/github.ts';
export { githubRateLimit, githubSecondaryRateLimit } from './upstream/github/rate-limits.ts';
export {
  type GithubEndpoint,
  type GithubLike,
  type GithubLikeOptions,
  startGithubLike,
} from './upstream/github/start.ts';
export { adaAtGoogle, type GoogleAccount, graceAtGoogle } from './upstream/google/account.ts';
export {
  type GoogleEndpoint,
  type GoogleLike,
  type GoogleLikeOptions,
  startGoogleLike,
} from './upstream/google/start.ts';
export type { UpstreamAccount } from './upstream/people.ts';
export type { Served } from './upstream/serve.ts';
export type {
  OpenIdUpstreamStandIn,
  UpstreamOptions,
  UpstreamStandIn,
} from './upstream/upstream-stand-in.ts';
