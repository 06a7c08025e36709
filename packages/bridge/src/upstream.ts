// For tests of how an IdP is declared: the sign-in there and who may come, without a bridge around them.
export { type Admission, type AdmissionLists, createAdmission } from './admission.ts';
export { isUpstreamError, type UpstreamError, type UpstreamErrorCode } from './upstream/errors.ts';
export {
  type BegunSignIn,
  createUpstreamClient,
  type SignedIn,
  type UpstreamClient,
  type UpstreamClientOptions,
  type UpstreamSecrets,
} from './upstream/upstream-client.ts';
