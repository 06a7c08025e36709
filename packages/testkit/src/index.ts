export { type Account, accounts, ada, grace } from './accounts.ts';
export type { ConnectOptions } from './clients/oauth-session.ts';
export { type ConnectedV1, type ConnectV1Options, connectSdkV1 } from './clients/sdk-v1.ts';
export { type ConnectedV2, type ConnectV2Options, connectSdkV2 } from './clients/sdk-v2.ts';
export { hostileRequests } from './hostile-requests/hostile-requests.ts';
export type { HostileRequest } from './hostile-requests/row.ts';
export { attackerKeysPath, hostileTokens } from './hostile-tokens/hostile-tokens.ts';
export type { HostileToken } from './hostile-tokens/row.ts';
export { serveOnLoopback } from './loopback-server.ts';
export { type Outage, outages } from './provider-suite/outages.ts';
export {
  otherResource,
  ownResource,
  type ProviderCase,
  testProvider,
} from './provider-suite/test-provider.ts';
export {
  type ConnectionUnderTest,
  type ProviderUnderTest,
  type Verdict,
  verdictOn,
} from './provider-suite/under-test.ts';
export { type RunningProgram, type RunOptions, runCommand, runProgram } from './run-program.ts';
export {
  type IdentityProvider,
  type SignedIn,
  type SignInForTokenOptions,
  signInForToken,
} from './sign-in/access-token.ts';
export { SignInError, type SignInOptions, signIn } from './sign-in/sign-in.ts';
export { skipOutsideCi } from './skip-outside-ci.ts';
export type { IssueOptions } from './stand-in/access-tokens.ts';
export type { Endpoint } from './stand-in/endpoints.ts';
export type { Fault, FaultAnswer, FaultMode } from './stand-in/faults.ts';
export {
  confidentialClient,
  type IntrospectionClientAuth,
  type IntrospectionOptions,
  type MetadataForm,
  nativeClient,
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
