export { type Admission, type AdmissionLists, createAdmission, impossibleGroups } from './admission.ts';
export { type BridgeOptions, type BridgeSettings, bridgeSettings } from './bridge-settings.ts';
export { bridged } from './bridged.ts';
export { connectBridge } from './connect-bridge.ts';
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
