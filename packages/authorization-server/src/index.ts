export type { Client } from './client-authentication.ts';
export { createDocumentFetch, type FetchDocument } from './client-metadata-document.ts';
export type { RegistrationRules } from './client-registration.ts';
export { isPostedByOwnPage, readForm } from './form-post.ts';
export { type Middleware, withKnownScopes } from './known-scopes.ts';
export { errorPage, page, pageHeaders } from './pages/page.ts';
export {
  destination,
  displayName,
  hostOf,
  identification,
  isOnThisComputer,
  listed,
  strong,
  visible,
} from './pages/strangers-texts.ts';
export { isAcceptableRedirect, isLoopbackRedirect, isPublicHttpsRedirect } from './redirect-uris.ts';
export {
  type ClientDocuments,
  type SharedConfigurationOptions,
  sharedConfiguration,
} from './shared-configuration.ts';
