import type { AuthorizationServer } from './authorization-server.ts';
import type { AuthorizationServerMetadata } from './authorization-server-metadata.ts';
import { createBackchannelLogout } from './backchannel-logout.ts';
import type { ConnectionContext, ProviderConnection } from './define-provider.ts';
import type { Advice } from './errors.ts';
import { type FoundMetadata, findMetadata } from './find-metadata.ts';
import { createIntrospector } from './introspection.ts';
import { createKeySet, type KeySet } from './key-set.ts';
import { rememberLogouts } from './logouts.ts';
import { mcpAuthConfig } from './mcp-auth-config.ts';
import { createProfileReader } from './profile.ts';
import { createProfileWarning } from './profile-warning.ts';
import type { ProofMethods } from './prove-token.ts';
import { inTurnsOfUsers } from './questions-of-users.ts';
import { DEFAULT_KEYS_MAX_AGE_SECONDS, OFFLINE_ACCESS } from './resource-server-settings.ts';
import { createUncheckedRevocation } from './revocation.ts';
import { missingScopes, requireByLongName } from './scope-names.ts';
import { createSignedUserinfoReader } from './signed-userinfo.ts';
import { describeDoubts } from './start-warnings.ts';
import type { TokenPolicy } from './token-claims.ts';
import { checkConfiguredUrls, checkEndpoints, reachableUrl } from './transport-security.ts';
import { createUserinfoReader } from './userinfo.ts';
import { rememberVerdicts } from './verdict-cache.ts';
import { createVerifyAccessToken, requireCalledResource } from './verify-access-token.ts';
import { createJwtVerifier } from './verify-jwt.ts';
import { processWarnings } from './warning-logger.ts';

/**
 * Connects an authorization server: fetches its metadata and makes the judgement of its tokens.
 *
 * @throws {ConfigurationError} when the metadata can not be had or is another issuer's, or when a URL is plain
 *   http in production.
 */
export async function connectAuthorizationServer(
  server: AuthorizationServer,
  context: ConnectionContext,
): Promise<ProviderConnection> {
  const insecure = checkConfiguredUrls(server, context);
  const found = await findMetadata(server, context);
  const insecureEndpoints = checkEndpoints(found.metadata, server, context);
  const policy = tokenPolicy(found, server, context);
  const { issuer, jwks_uri: jwksUri } = found.metadata;
  const { logoutClientIds: clientIds, discoveryUrl } = server.settings;
  const keys = jwksUri
    ? createKeySet(reachableUrl(jwksUri, issuer, discoveryUrl), {
        maxAge: server.settings.keysMaxAgeSeconds ?? DEFAULT_KEYS_MAX_AGE_SECONDS,
        maxAgeVariable: context.variable('keysMaxAgeSeconds'),
        logger: context.logger ?? processWarnings,
      })
    : undefined;
  const methods = proofMethods(server, found.metadata, keys, policy, context);
  const logouts = rememberLogouts();
  const advice = adviceOf(server, context);
  const doubts = describeDoubts({ server, ...found, policy, methods, context });
  return {
    config: mcpAuthConfig(found.metadata, found.type),
    issuer,
    metadata: found.document,
    published: found.published,
    scopes: server.settings.scopes.filter((scope) => scope !== OFFLINE_ACCESS),
    advice,
    requiredScopes: requireByLongName(server.settings).filter((scope) => scope !== OFFLINE_ACCESS),
    missingScopes: (info, required) => missingScopes(info, required, policy),
    pageClient: { id: server.settings.pageClientId, variable: context.variable('pageClientId') },
    warnings: [...insecure, ...insecureEndpoints, ...doubts],
    notes: [],
    verifyAccessToken: requireCalledResource(
      rememberVerdicts(
        createVerifyAccessToken(
          issuer,
          methods,
          policy,
          advice,
          logouts,
          server.settings.maxOpaqueTokenLength,
        ),
        server.settings.verdictLifetime,
        logouts,
      ),
      server.settings.audience === undefined,
      advice,
    ),
    backchannelLogout:
      keys && clientIds && createBackchannelLogout(keys.findPatiently, { issuer, clientIds }, logouts),
    onLogout: logouts.subscribe,
    [Symbol.asyncDispose]: async () => {},
  };
}

function tokenPolicy(
  found: FoundMetadata,
  server: AuthorizationServer,
  context: ConnectionContext,
): TokenPolicy {
  return {
    issuer: found.byHand ? undefined : found.metadata.issuer,
    accessTokenIssuer: found.metadata.access_token_issuer,
    audience: server.settings.audience ?? context.resources,
  };
}

/** What holds at every IdP, where the provider knows nothing better. */
function adviceOf(server: AuthorizationServer, { variable }: ConnectionContext): Advice {
  const audience = `Make the IdP issue tokens for this server, or accept them on purpose with ${variable('audience')}`;
  return { audience_mismatch: audience, audience_unknown: `${audience}=none`, ...server.advice };
}

function proofMethods(
  server: AuthorizationServer,
  metadata: AuthorizationServerMetadata,
  keys: KeySet | undefined,
  policy: TokenPolicy,
  context: ConnectionContext,
): ProofMethods {
  const { settings, mapping = { subjectPath: 'sub' } } = server;
  const reach = (url: string) => reachableUrl(url, metadata.issuer, settings.discoveryUrl);
  const introspectionUrl =
    server.introspectionUrl ??
    (settings.clientId === undefined ? undefined : metadata.introspection_endpoint);
  const userinfoUrl = server.userinfo?.url ?? metadata.userinfo_endpoint;
  const userinfo = userinfoUrl ? { ...server.userinfo, url: reach(userinfoUrl) } : undefined;
  const client = {
    ...settings,
    advice: `check ${context.variable('clientId')} and ${context.variable('clientSecret')}, or try another ${context.variable('clientAuth')}`,
  };
  const introspector = introspectionUrl ? ([reach(introspectionUrl), client, policy] as const) : undefined;
  const warnOfProfile = createProfileWarning(context.logger);
  const readSigned = createSignedUserinfoReader(keys?.find, metadata.issuer, warnOfProfile);
  return {
    verifyJwt:
      keys &&
      createJwtVerifier(keys.findFor, { ...policy, issuer: metadata.issuer, resources: context.resources }),
    introspect: introspector && createIntrospector(...introspector),
    // Like the profile's: a requester that tokens of strangers can neither shut nor fill.
    introspectProved: introspector && inTurnsOfUsers(createIntrospector(...introspector)),
    readUserinfo: userinfo && createUserinfoReader(userinfo, mapping, readSigned),
    readProfile: userinfo && createProfileReader(userinfo, mapping, readSigned),
    mapping,
    userinfoRole: server.userinfoRole,
    revocationUnchecked: createUncheckedRevocation(
      settings.revocation ?? 'best-effort',
      context.variable('revocation'),
      context.logger ?? processWarnings,
    ),
    warnOfProfile,
  };
}
