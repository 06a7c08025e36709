import type { IncomingMessage, ServerResponse } from 'node:http';
import { createDocumentFetch, withKnownScopes } from '@mcp-whoami/authorization-server';
import { type ConnectionRoutes, type JsonObject, printable, type WarningLogger } from '@mcp-whoami/provider';
import type { Store } from '@mcp-whoami/store';
import type { JSONWebKeySet } from 'jose';
import { errors, Provider } from 'oidc-provider';
import type { Admission } from './admission.ts';
import { createAdapter } from './authorization-server/adapter.ts';
import { configureServer, supportedScopes } from './authorization-server/configuration.ts';
import {
  allowCrossOrigin,
  limitDocuments,
  limitRates,
  refuseOtherSpellings,
  requireOneResource,
  sayWhenToRetry,
} from './authorization-server/filters.ts';
import { bridgeMetadata } from './authorization-server/metadata.ts';
import { createRegisteredClients, sealRegistrations } from './authorization-server/registered-clients.ts';
import { createRevocableTokens } from './authorization-server/revocable-tokens.ts';
import { createGrants, type Grants } from './grants/grants.ts';
import { createRecheck } from './grants/recheck.ts';
import { openKeys, publicKeyOf } from './keys.ts';
import { callbackPath, routes, signInsPath } from './paths.ts';
import { createRequestLogger } from './request-logger.ts';
import { createBrowserCookie } from './sign-in/browser-cookie.ts';
import { createCallback } from './sign-in/callback.ts';
import { createConsent } from './sign-in/consent.ts';
import { createFormTokens } from './sign-in/form-token.ts';
import { createOutcomes } from './sign-in/outcomes.ts';
import { createPendingSignIns } from './sign-in/pending.ts';
import { createPersonalPage } from './sign-in/personal-page.ts';
import { TemporarilyUnavailableError } from './unavailable.ts';
import type { UpstreamClient } from './upstream/upstream-client.ts';

export interface BridgeOptions {
  /** The URL of the server, without a slash at the end: the issuer of the tokens. */
  publicUrl: string;
  /** The protected resources, the first of which is meant where a client names none. */
  resources: readonly [string, ...string[]];
  /** Scopes beside `openid profile email offline_access`. */
  scopes: readonly string[];
  store: Store;
  upstream: UpstreamClient;
  admission: Admission;
  /** Seconds. */
  accessTokenLifetime: number;
  /** Whether a client may be known by the URL of a document. */
  clientDocuments: boolean;
  logger: WarningLogger;
}

/** The authorization server of an MCP server's clients. */
export interface Bridge {
  metadata: JsonObject;
  keys: JSONWebKeySet;
  routes: ConnectionRoutes;
  grants: Grants;
}

/**
 * Makes an authorization server that registers clients, asks for consent, signs people in at an IdP, and issues tokens
 * of its own.
 *
 * @throws a `StoreUnavailableError` when the store does not answer.
 */
export async function createBridge(options: BridgeOptions): Promise<Bridge> {
  const { publicUrl, resources, store, upstream, admission, clientDocuments } = options;
  const logger = createRequestLogger(options.logger);
  const { pathname: mount, host, protocol } = new URL(publicUrl);
  const publicPath = mount.replace(/\/$/, '');
  const keys = await openKeys(store);
  const publicKeys = { keys: [publicKeyOf(keys)] };
  const scopes = supportedScopes(options.scopes);
  const grants = createGrants(store);
  const clients = createRegisteredClients(keys.registrations);
  const revocable = createRevocableTokens(publicKeys, publicUrl);
  const recheck = createRecheck({ store, grants, upstream, admission, logger });

  const callers = new WeakMap<IncomingMessage, readonly string[]>();
  const callerOf = ({ req }: { req: IncomingMessage }) => callers.get(req) ?? [];

  const provider = new Provider(
    publicUrl,
    configureServer({
      publicUrl,
      resources,
      scopes,
      accessTokenLifetime: options.accessTokenLifetime,
      keys,
      adapter: createAdapter(store, clients, revocable, grants.end),
      clientDocuments: clientDocuments
        ? { fetch: createDocumentFetch(), allowFetch: limitDocuments(callerOf) }
        : undefined,
      grants,
      recheck,
    }),
  );
  // What is before it says the same of every request: https or not, whichever way a proxy says it.
  provider.proxy = true;
  reportErrors(provider, logger);

  const forms = createFormTokens(keys.forms);
  const browsers = createBrowserCookie(publicUrl);
  const pending = createPendingSignIns(store, upstream, `${publicUrl}${callbackPath}`);
  const outcomes = createOutcomes(store);
  const shared = { upstream, pending, outcomes, grants, browsers, forms, publicUrl, logger };
  const personalPage = createPersonalPage({ ...shared, store });

  provider.use(refuseOtherSpellings);
  provider.use(sayWhenToRetry);
  provider.use(allowCrossOrigin);
  provider.use(limitRates(callerOf, logger));
  provider.use(requireOneResource);
  provider.use(withKnownScopes(routes.authorization, scopes));
  provider.use(revocable.middleware);
  provider.use(sealRegistrations(clients, logger));
  provider.use(createConsent({ ...shared, provider }));
  provider.use(createCallback({ ...shared, admission, personalPage }));
  provider.use(personalPage.middleware);
  const answer = provider.callback();

  return {
    metadata: bridgeMetadata({ publicUrl, scopes, clientDocuments }),
    keys: publicKeys,
    grants,
    routes: {
      has: (path) => path === signInsPath || path.startsWith('/oauth/'),
      handle: (request: IncomingMessage, response: ServerResponse, { target, caller, details }) => {
        callers.set(request, caller);
        // All URLs are made of these; whatever a proxy or a client calls this server, they are the public ones.
        request.url = target;
        Object.assign(request, { originalUrl: publicPath + target });
        Object.assign(request.headers, {
          host,
          'x-forwarded-host': host,
          'x-forwarded-proto': protocol.slice(0, -1),
        });
        logger.during(details, () => void answer(request, response));
      },
    },
  };
}

/** Characters of a log line at most. */
const MAX_MESSAGE_LENGTH = 1_000;

/** What an operator may read: oidc-provider's own texts, in which there is neither a token nor a code. */
function describe(error: Error): string {
  if (error instanceof TemporarilyUnavailableError) return error.logMessage;
  if (!(error instanceof errors.OIDCProviderError)) return error.message;
  const { error_description: description, error_detail: detail } = error;
  return printable([description, detail].filter(Boolean).join(': '), MAX_MESSAGE_LENGTH);
}

/** Refusals are logged, and failures that are the server's own fault, without what a request brought. */
function reportErrors(provider: Provider, logger: WarningLogger): void {
  const report = (error: Error) =>
    logger.warn({ reason: 'bridge_error' }, `the bridge failed: ${error.name}: ${error.message}`);
  provider.on('server_error', (_ctx, error) => report(error));
  const refused = (_ctx: unknown, error: Error) => logger.warn({ reason: error.message }, describe(error));
  provider.on('authorization.error', refused);
  provider.on('grant.error', refused);
  provider.on('registration_create.error', refused);
  provider.on('revocation.error', refused);
  // Koa's own writes to the console; what is exposed is the request's fault, and was answered.
  provider.onerror = (error) => {
    if (!('expose' in error && error.expose)) report(error);
  };
}
