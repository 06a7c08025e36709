import type { IncomingMessage } from 'node:http';
import { createDocumentFetch, withKnownScopes } from '@mcp-whoami/authorization-server';
import type { WarningLogger } from '@mcp-whoami/provider';
import type { Store } from '@mcp-whoami/store';
import { Provider } from 'oidc-provider';
import type { Access, Grants } from '../grants/grants.ts';
import { type BridgeKeys, publicKeyOf } from '../keys.ts';
import { routes } from '../paths.ts';
import { createAdapter } from './adapter.ts';
import { configureServer, type ServerOptions, supportedScopes } from './configuration.ts';
import {
  allowCrossOrigin,
  limitDocuments,
  limitRates,
  refuseOtherSpellings,
  requireOneResource,
  sayWhenToRetry,
} from './filters.ts';
import { keepFromStrangers } from './keep-from-strangers.ts';
import { bridgeMetadata } from './metadata.ts';
import { createRegisteredClients, sealRegistrations } from './registered-clients.ts';
import { reportErrors } from './report-errors.ts';
import { createRevocableTokens } from './revocable-tokens.ts';

export interface AuthorizationServerOptions {
  /** Of the server, without a slash at the end: the issuer. */
  publicUrl: string;
  /** The protected resources, the first of which is meant where a client names none. */
  resources: readonly string[];
  /** Scopes beside `openid profile email offline_access`. */
  scopes: readonly string[];
  /** Seconds. */
  accessTokenLifetime: number;
  /** Whether a client may be known by the URL of a document. */
  clientDocuments: boolean;
  store: Store;
  keys: BridgeKeys;
  grants: Grants;
  /** Asks the IdP again, before a refresh. */
  recheck(grantId: string): Promise<Access | undefined>;
  /** The mark of the browser that a request comes from; nothing where it has none. */
  browserOf: ServerOptions['browserOf'];
  /** What tells one caller from another, of a request. */
  callerOf(request: IncomingMessage): readonly string[];
  logger: WarningLogger;
}

/** Makes the authorization server but for its pages: oidc-provider over the store, with what it lacks before it. */
export function createAuthorizationServer(options: AuthorizationServerOptions) {
  const { publicUrl, store, keys, grants, clientDocuments, logger } = options;
  const publicKeys = { keys: [publicKeyOf(keys)] };
  const scopes = supportedScopes(options.scopes);
  const clients = createRegisteredClients(keys.registrations);
  const revocable = createRevocableTokens(publicKeys, publicUrl);
  const callerOf = ({ req }: { req: IncomingMessage }) => options.callerOf(req);
  const documents = { fetch: createDocumentFetch(), allowFetch: limitDocuments(callerOf) };
  const provider = new Provider(
    publicUrl,
    configureServer({
      ...options,
      scopes,
      adapter: createAdapter(store, clients, revocable, grants.end),
      clientDocuments: clientDocuments ? documents : undefined,
    }),
  );
  // What is before it says the same of every request: https or not, whichever way a proxy says it.
  provider.proxy = true;
  reportErrors(provider, logger);
  keepFromStrangers(provider);
  provider.use(refuseOtherSpellings);
  provider.use(sayWhenToRetry);
  provider.use(allowCrossOrigin);
  provider.use(limitRates(callerOf, logger));
  provider.use(requireOneResource);
  provider.use(withKnownScopes(routes.authorization, scopes));
  provider.use(revocable.middleware);
  provider.use(sealRegistrations(clients, logger));
  return { provider, publicKeys, metadata: bridgeMetadata({ publicUrl, scopes, clientDocuments }) };
}
