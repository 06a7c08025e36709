import { isPlainHttp, shownUrl } from '@mcp-whoami/environment';
import { quote, type WarningLogger } from '@mcp-whoami/provider';
import {
  asymmetricAlgorithms,
  authorizationServerMetadata,
  parseJson,
  reachableUrl,
  wellKnownUrls,
} from '@mcp-whoami/provider/idp';
import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import type { AuthorizationServer } from 'oauth4webapi';
import { z } from 'zod';
import type { Failure } from './errors.ts';
import { createLazyValue } from './lazy-value.ts';
import { requestUpstream } from './request.ts';

/** How many redirects within the origin lead to metadata. */
const MAX_REDIRECTS = 3;
/** Age at which keys are fetched again, in milliseconds; one that is not among them is asked for at once. */
const KEYS_MAX_AGE_MS = 10 * 60_000;

/** An IdP as its metadata or its data says it, by the URLs under which it is reached. */
export interface UpstreamServer {
  /** What oauth4webapi needs of it. */
  as: AuthorizationServer;
  /** Where the browser is sent. */
  authorizationEndpoint: string;
  userinfoEndpoint: string | undefined;
  introspectionEndpoint: string | undefined;
  scopesSupported: readonly string[];
  /** Those that sign its ID tokens, where it has any, and where they are. */
  keys: JWTVerifyGetKey | undefined;
  jwksUri: string | undefined;
}

/** Where metadata is, and whose it may be. */
export interface MetadataToDiscover {
  type: 'oidc' | 'oauth';
  issuer: string;
  discoveryUrl?: string | undefined;
  acceptsIssuer?: ((issuer: string) => boolean) | undefined;
}

const metadataSchema = authorizationServerMetadata.extend({
  scopes_supported: z.array(z.string()).optional().catch(undefined),
});

/** What is the same for all of an upstream's parts. */
export interface UpstreamSurroundings {
  failure: Failure;
  production: boolean;
  logger: WarningLogger;
}

/** The metadata of an upstream, fetched when it is needed. */
export function discoverUpstream(
  source: MetadataToDiscover,
  surroundings: UpstreamSurroundings,
): () => Promise<UpstreamServer> {
  const keySets = createKeySets(surroundings.failure);
  return createLazyValue(async () => serverOf(await fetchMetadata(source, surroundings), source, keySets));
}

type Metadata = z.output<typeof metadataSchema>;

async function fetchMetadata(
  source: MetadataToDiscover,
  surroundings: UpstreamSurroundings,
): Promise<Metadata> {
  const { failure } = surroundings;
  const { oidc, oauth, oauthAppended } = wellKnownUrls(source.issuer);
  const standard = source.type === 'oidc' ? [oidc] : [...new Set([oauth, oauthAppended])];
  const urls = source.discoveryUrl === undefined ? standard : [source.discoveryUrl];
  let answered = '';
  for (const url of urls) {
    const answer = await requestUpstream(url, { redirects: MAX_REDIRECTS }, failure);
    const parsed = metadataSchema.safeParse(parseJson(answer.body));
    if (answer.status === 200 && parsed.success) {
      checkMetadata(source, url, parsed.data, surroundings);
      return parsed.data;
    }
    answered = `${shownUrl(url)} answers ${answer.status} with no metadata of an authorization server`;
  }
  throw failure('unavailable', answered);
}

/** OpenID Connect Discovery §4.3, RFC 8414 §3.3: byte for byte. */
function checkMetadata(
  { issuer, acceptsIssuer }: MetadataToDiscover,
  url: string,
  metadata: Metadata,
  { failure, production }: UpstreamSurroundings,
): void {
  if (!(acceptsIssuer?.(metadata.issuer) ?? metadata.issuer === issuer)) {
    throw failure(
      'misconfigured',
      `expected the metadata of ${issuer} at ${shownUrl(url)}, found that of ${quote(metadata.issuer)}: issuers are compared byte for byte (RFC 8414 section 3.3)`,
    );
  }
  if (!production || isPlainHttp(url)) return;
  const { authorization_endpoint, token_endpoint, jwks_uri, userinfo_endpoint, introspection_endpoint } =
    metadata;
  const insecure = [
    authorization_endpoint,
    token_endpoint,
    jwks_uri,
    userinfo_endpoint,
    introspection_endpoint,
  ]
    .filter((endpoint) => endpoint !== undefined)
    .find(isPlainHttp);
  if (insecure !== undefined) {
    throw failure(
      'misconfigured',
      `its metadata names ${shownUrl(insecure)}: in production nothing travels over plain http`,
    );
  }
}

function serverOf(
  metadata: Metadata,
  { discoveryUrl }: MetadataToDiscover,
  keysAt: (url: string) => JWTVerifyGetKey,
): UpstreamServer {
  const { issuer } = metadata;
  const reach = (url: string | undefined) => url && reachableUrl(url, issuer, discoveryUrl);
  const jwksUri = reach(metadata.jwks_uri);
  return {
    as: {
      issuer,
      token_endpoint: reachableUrl(metadata.token_endpoint, issuer, discoveryUrl),
      // Which ones a key may have, its own type decides; the list in the metadata is not always right.
      id_token_signing_alg_values_supported: [...asymmetricAlgorithms],
      authorization_response_iss_parameter_supported:
        metadata.authorization_response_iss_parameter_supported === true,
    },
    authorizationEndpoint: metadata.authorization_endpoint,
    userinfoEndpoint: reach(metadata.userinfo_endpoint),
    introspectionEndpoint: reach(metadata.introspection_endpoint),
    scopesSupported: metadata.scopes_supported ?? [],
    jwksUri,
    keys: jwksUri === undefined ? undefined : keysAt(jwksUri),
  };
}

/** Key sets by their address: metadata that is fetched again mostly names the same. */
function createKeySets(failure: Failure): (url: string) => JWTVerifyGetKey {
  let current: { url: string; keys: JWTVerifyGetKey } | undefined;
  return (url) => {
    if (current?.url !== url) current = { url, keys: createKeys(url, failure) };
    return current.keys;
  };
}

function createKeys(jwksUri: string, failure: Failure): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(jwksUri), {
    cacheMaxAge: KEYS_MAX_AGE_MS,
    // Nobody can send a token here: each comes from the token endpoint, for a code that was spent.
    cooldownDuration: 0,
    [customFetch]: async (url) => {
      const answer = await requestUpstream(url, {}, failure);
      if (answer.status !== 200 || parseJson(answer.body) === undefined) {
        throw failure('unavailable', `${shownUrl(url)} answers ${answer.status} with no keys`);
      }
      return new Response(answer.body);
    },
  });
}
