import { ConfigurationError, withNames } from '@mcp-whoami/environment';
import {
  type ConnectionContext,
  connectAuthorizationServer,
  type ProviderConnection,
  processWarnings,
  type ResourceServerSettings,
  resourceServerOptions,
  type Upstream,
  VerificationUndecidedError,
} from '@mcp-whoami/provider';
import type { SealedStore } from '@mcp-whoami/store';
import { createAdmission, impossibleGroups } from './admission.ts';
import { type BridgeSettings, refusedInProduction } from './bridge-settings.ts';
import { explainStoreFailure, keepIfMade, openBridgeStore } from './bridge-store.ts';
import { type Bridge, createBridge } from './create-bridge.ts';
import { now } from './grants/grants.ts';
import { openKeys } from './keys.ts';
import { partOfStore } from './part-of-store.ts';
import { callbackPath, signInsPath } from './paths.ts';
import { TemporarilyUnavailableError } from './unavailable.ts';
import { isUpstreamError } from './upstream/errors.ts';
import { createUpstreamClient, type UpstreamClient } from './upstream/upstream-client.ts';

type SettingsOfConnection = BridgeSettings &
  Pick<ResourceServerSettings, 'scopes' | 'requiredScopes' | 'tokenCacheSeconds'>;

/**
 * Starts a bridge, and connects it as the authorization server of this process's resources.
 *
 * @throws {ConfigurationError} when the store cannot be opened, or what is set is unsafe in production.
 */
export async function connectBridge(
  upstream: Upstream,
  settings: SettingsOfConnection,
  context: ConnectionContext,
): Promise<ProviderConnection> {
  requirePossibleGroups(settings, upstream, context);
  const unsafe = unsafeSettings(settings, context);
  if (context.production && unsafe.length > 0) throw new ConfigurationError(unsafe);
  const connection = await keepIfMade(await openBridgeStore(settings, context), (store) =>
    connectOver(store, upstream, settings, context),
  );
  const warnings = unsafe.map(({ setting, expected }) => `${setting} is not set. Expected: ${expected}`);
  return { ...connection, warnings: [...connection.warnings, ...warnings] };
}

/** The store ends with the connection. */
async function connectOver(
  store: SealedStore,
  upstream: Upstream,
  settings: SettingsOfConnection,
  context: ConnectionContext,
): Promise<ProviderConnection> {
  const { resources } = context;
  const { scopes, requiredScopes } = settings;
  const { logger = processWarnings } = context;
  const publicUrl = context.publicUrl ?? new URL(resources[0]).origin;
  const client = createUpstreamClient(upstream, {
    nameOf: context.nameOf,
    production: context.production,
    logger,
  });
  // Servers that share a store, as companies do who have one Redis, let other people in.
  const ownStore = partOfStore(store, publicUrl);
  const bridge = createBridge({
    publicUrl,
    resources,
    scopes: [...scopes, ...requiredScopes],
    // What one IdP said of somebody, and gave to be asked again, is nothing for another. Clients stay known.
    store: partOfStore(ownStore, nameOfServer(upstream)),
    keys: await explainStoreFailure(context, () => openKeys(ownStore)),
    upstream: client,
    admission: createAdmission(settings, upstream.groupNames),
    accessTokenLifetime: settings.bridgeAccessTokenLifetime,
    clientDocuments: settings.bridgeClientDocuments,
    logger,
  });
  const connection = await connectAuthorizationServer(
    {
      metadata: { kind: 'own', metadata: bridge.metadata, keys: bridge.keys },
      // Its tokens carry the profile.
      userinfoRole: 'none',
      settings: {
        ...resourceServerOptions({ scopes }).parse({ scopes, requiredScopes }),
        tokenCacheSeconds: settings.tokenCacheSeconds,
      },
      stillHolds: (claims) => isGrantLive(bridge, claims.sid),
      advice,
    },
    context,
  );
  return {
    ...connection,
    about: {
      metadata: connection.about.metadata,
      // Without a page client: the page registers itself.
      notes: [`What you have granted to programs, and a button to end each: ${publicUrl}${signInsPath}`],
      setup: [`Register at ${upstream.title} as the callback URL of the client: ${publicUrl}${callbackPath}`],
      settings: { scopes: context.nameOf('scopes') },
    },
    routes: bridge.routes,
    backchannelLogout: takeLogouts(client, bridge),
    onLogout: (listener) =>
      bridge.grants.onEnd((grantId) => listener({ subject: undefined, sessionId: grantId, issuedAt: now() })),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

/** Tells one IdP from another, also where both are known by the same provider. */
function nameOfServer({ id, server }: Upstream): string {
  if (server.kind === 'oidc') return `${id}:${server.issuer}`;
  const { endpoints } = server;
  return `${id}:${endpoints.kind === 'discover' ? endpoints.issuer : endpoints.authorizationEndpoint}`;
}

function unsafeSettings(values: BridgeSettings, { nameOf }: ConnectionContext) {
  return refusedInProduction
    .filter(({ applies }) => applies(values))
    .map(({ field, expected, example }) => ({
      setting: nameOf(field),
      expected: withNames(expected, nameOf),
      example: nameOf(field, example),
    }));
}

/** A name that no group of this IdP has would let nobody in. */
function requirePossibleGroups(
  values: BridgeSettings,
  { title, groupNames }: Upstream,
  { nameOf }: ConnectionContext,
): void {
  const impossible = impossibleGroups(values, groupNames);
  if (groupNames === undefined || impossible.length === 0) return;
  throw new ConfigurationError([
    {
      setting: nameOf('allowedGroups'),
      found: impossible.join(' '),
      expected: `names that ${title} has: each ${groupNames.expected}`,
      example: nameOf('allowedGroups', groupNames.example),
    },
  ]);
}

const advice = {
  audience_mismatch: 'The client has to ask for a token with the URL of this server as `resource`',
  revoked:
    'The grant has ended: it was revoked, the user may no longer come, or the store was emptied. Signing in again gives another',
};

/** Ends the grants of whom the IdP logs out, by its word. */
function takeLogouts({ readLogout }: UpstreamClient, { grants }: Bridge) {
  if (readLogout === undefined) return undefined;
  return async (logoutToken: string): Promise<void> => {
    try {
      await grants.logOut(await readLogout(logoutToken));
    } catch (error) {
      if (isUpstreamError(error) || error instanceof TemporarilyUnavailableError)
        throw new VerificationUndecidedError(error.logMessage, error);
      throw error;
    }
  };
}

async function isGrantLive({ grants }: Bridge, grantId: unknown): Promise<boolean> {
  try {
    return typeof grantId === 'string' && (await grants.isLive(grantId));
  } catch (error) {
    if (!(error instanceof TemporarilyUnavailableError)) throw error;
    throw new VerificationUndecidedError(error.logMessage, error);
  }
}
