import { withNames } from '@mcp-whoami/environment';
import type { AuthorizationServer } from './authorization-server.ts';
import type { ConnectionContext } from './connect-options.ts';
import type { ProviderConnection } from './connection.ts';
import type { Advice } from './errors.ts';
import { type AdviceFacts, generalAdvice } from './general-advice.ts';
import { createKeySet, type KeySet, type KeySetOptions, keysAtHand } from './idp/key-set.ts';
import { connectServer } from './metadata/connect-server.ts';
import type { MetadataSource } from './metadata/connected-server.ts';
import { mcpAuthConfig } from './metadata/mcp-auth-config.ts';
import { describeDoubts } from './start-warnings.ts';
import { createProofMethods } from './token/proof-methods.ts';
import { createProver } from './token/prover.ts';
import { missingScopes, OFFLINE_ACCESS, requireByLongName } from './token/scope-names.ts';
import { requireHolding } from './token/still-holds.ts';
import { createTokenVerifier } from './token/token-verifier.ts';
import { processWarnings } from './warning-logger.ts';

/**
 * Connects an authorization server: fetches its metadata and makes the judgement of its tokens.
 *
 * @throws {ConfigurationError} when the metadata cannot be fetched or is another issuer's, or when it names endpoints over
 *   plain http in production.
 * @example
 * connect: (settings, context) =>
 *   connectAuthorizationServer(
 *     { metadata: { kind: 'discover', type: 'oidc', issuer: settings.issuer }, userinfoRole: 'profile', settings },
 *     context,
 *   ),
 */
export async function connectAuthorizationServer(
  {
    metadata: source,
    settings,
    userinfo,
    introspectionUrl,
    mapping,
    userinfoRole,
    advice,
    configurable = source.kind !== 'own',
    stillHolds,
  }: AuthorizationServer,
  context: ConnectionContext,
): Promise<ProviderConnection> {
  const { nameOf, resources, logger = processWarnings } = context;
  const { discoveryUrl } = settings;
  const connected = await connectServer(
    source,
    { discoveryUrl, introspectionUrl, userinfoUrl: userinfo?.url },
    context,
  );
  const { type, document, metadata, endpoints, published } = connected;
  const { issuer } = metadata;
  const policy = {
    // An IdP without metadata names none.
    issuer: source.kind === 'byHand' ? undefined : issuer,
    accessTokenIssuer: metadata.access_token_issuer,
    audience: settings.audience ?? resources,
  };
  const keys = keysOf(source, endpoints.jwks, {
    maxAge: settings.keysMaxAgeSeconds,
    maxAgeName: nameOf('keysMaxAgeSeconds'),
    logger,
  });
  const asksByClient = introspectionUrl !== undefined || settings.clientId !== undefined;
  const methods = createProofMethods(
    {
      issuer,
      keys,
      keysUrl: source.kind === 'own' ? undefined : endpoints.jwks,
      userinfo: endpoints.userinfo ? { ...userinfo, url: endpoints.userinfo } : undefined,
      introspectionUrl: asksByClient ? endpoints.introspection : undefined,
      client: settings,
      mapping: mapping ?? { subjectPath: 'sub' },
      userinfoRole,
      revocation: settings.revocation,
      resources,
      nameOf,
      logger,
    },
    policy,
  );
  const ownAdvice = adviceOf(
    advice,
    configurable,
    { introspects: endpoints.introspection !== undefined, introspected: methods.introspect !== undefined },
    context,
  );
  const verifier = createTokenVerifier({
    issuer,
    prove: requireHolding(createProver(methods, policy, settings.maxOpaqueTokenLength), stillHolds),
    introspect: methods.introspectProved,
    policy,
    advice: ownAdvice,
    cacheSeconds: settings.tokenCacheSeconds,
    perResource: settings.audience === undefined,
    logoutTokens: { keys, clientIds: settings.logoutClientIds },
  });
  return {
    config: mcpAuthConfig(metadata, type),
    issuer,
    published,
    scopes: settings.scopes.filter((scope) => scope !== OFFLINE_ACCESS),
    requiredScopes: requireByLongName(settings).filter((scope) => scope !== OFFLINE_ACCESS),
    missingScopes: (info, required) => missingScopes(info, required, policy),
    advice: ownAdvice,
    warnings: [
      ...connected.warnings,
      ...describeDoubts({ source, settings, connected, policy, methods, nameOf }),
    ],
    about: {
      metadata: document,
      notes: [],
      pageClient: { id: settings.pageClientId, variable: nameOf('pageClientId') },
      audience: settings.audience,
      settings: { audience: nameOf('audience'), scopes: nameOf('scopes') },
    },
    ...verifier,
    [Symbol.asyncDispose]: async () => {},
  };
}

/** The keys of the issuer, where it has any. */
function keysOf(source: MetadataSource, url: string | undefined, options: KeySetOptions): KeySet | undefined {
  if (source.kind === 'own') return keysAtHand(source.keys);
  return url === undefined ? undefined : createKeySet(url, options);
}

/** With the settings named as whoever reads it knows them; where there are none, what names none. */
function adviceOf(
  known: Advice = {},
  configurable: boolean,
  facts: AdviceFacts,
  { nameOf }: ConnectionContext,
): Advice {
  const general = Object.entries(generalAdvice(known, facts));
  const advice = configurable
    ? Object.fromEntries(general)
    : { ...Object.fromEntries(general.filter(([, text]) => !text.includes('{'))), ...known };
  return Object.fromEntries(Object.entries(advice).map(([code, text]) => [code, withNames(text, nameOf)]));
}
