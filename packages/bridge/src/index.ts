export {
  type BridgedProviderDefinition,
  bridgedOptions,
  defineBridgedProvider,
} from './define-bridged-provider.ts';
export {
  isUpstreamError,
  isUpstreamRefused,
  isUpstreamUnavailable,
  UpstreamError,
  type UpstreamErrorCode,
} from './upstream/errors.ts';
export {
  type BegunSignIn,
  createUpstreamClient,
  type SignedIn,
  type UpstreamClient,
  type UpstreamClientOptions,
  type UpstreamSecrets,
} from './upstream/upstream-client.ts';
