// For packages that ask an identity provider themselves.
export { isOutage, isRateLimit, outageError, speaksOfError } from './idp/answer.ts';
export { createKeySet } from './idp/key-set.ts';
export { type IdpAnswer, type IdpRequest, IdpRequestError, requestIdp } from './idp/request.ts';
export { excessOf, jsonObject, parseJson } from './json.ts';
export { authorizationServerMetadata } from './metadata/authorization-server-metadata.ts';
export { reachableUrl } from './metadata/reachable-url.ts';
export { wellKnownUrls } from './metadata/well-known.ts';
export { createLogoutTokenVerifier } from './token/logout-token.ts';
export { findUser, subjectOf } from './token/user.ts';
export { carriesError } from './token/userinfo.ts';
export { asymmetricAlgorithms, isSymmetric, verifyWithEachKey } from './token/verify-signature.ts';
