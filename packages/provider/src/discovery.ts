import {
  type AuthorizationServerMetadata,
  authorizationServerMetadata,
  type JsonObject,
  jsonObject,
} from './authorization-server-metadata.ts';
import { ConfigurationError } from './errors.ts';
import { IdpRequestError, jsonOf, requestIdp } from './idp-request.ts';

/** Where the metadata of an authorization server is looked for. */
export interface DiscoverySource {
  issuer: string;
  /** `oidc`: OpenID Connect Discovery; `oauth`: RFC 8414, in both path forms. */
  type: 'oidc' | 'oauth';
  /** Fetch this instead. */
  url?: string | undefined;
  /** The variable that holds the issuer, and the one that holds `url`, for messages. */
  issuerVariable: string;
  urlVariable: string;
  /** Mends faults that the provider's metadata is known to have, before it is read. */
  repairMetadata?: ((document: JsonObject) => JsonObject) | undefined;
}

export interface DiscoveredMetadata {
  /** As the IdP sent it. */
  document: JsonObject;
  /** Repaired and checked. */
  metadata: AuthorizationServerMetadata;
  /** Whether an MCP client that is given the issuer finds the document too. */
  foundByClients: boolean;
}

/**
 * Where the document of an issuer stands by specification, and whether MCP clients look there. They try
 * RFC 8414's path insertion and both path forms of OpenID Connect Discovery.
 */
export function wellKnownUrls(issuer: string) {
  const { origin, pathname } = new URL(issuer);
  // A terminating slash is removed first: RFC 8414 §3.1, OpenID Connect Discovery §4.1.
  const path = pathname.replace(/\/$/, '');
  return {
    oidc: { url: `${origin}${path}/.well-known/openid-configuration`, foundByClients: true },
    oauth: { url: `${origin}/.well-known/oauth-authorization-server${path}`, foundByClients: true },
    // Not in RFC 8414, and MCP clients do not look there, but several IdPs serve only this form.
    oauthAppended: {
      url: `${origin}${path}/.well-known/oauth-authorization-server`,
      foundByClients: path === '',
    },
  };
}

function candidates({ issuer, type, url }: DiscoverySource): { url: string; foundByClients: boolean }[] {
  const { oidc, oauth, oauthAppended } = wellKnownUrls(issuer);
  if (url !== undefined) {
    // Another origin is this server's way to the same IdP, so its path tells nothing about the clients' way.
    const elsewhere = new URL(url).origin !== new URL(issuer).origin;
    const standard = [oidc, oauth].some((candidate) => candidate.url === url);
    return [{ url, foundByClients: elsewhere || standard }];
  }
  if (type === 'oidc') return [oidc];
  return oauthAppended.foundByClients ? [oauth] : [oauth, oauthAppended];
}

/**
 * Fetches and checks the metadata.
 *
 * @throws {ConfigurationError} when no document is had, it is malformed, or its `issuer` is not the configured
 *   one byte for byte (RFC 8414 §3.3, OpenID Connect Discovery §4.3).
 */
export async function discoverMetadata(source: DiscoverySource): Promise<DiscoveredMetadata> {
  const failures: string[] = [];
  for (const { url, foundByClients } of candidates(source)) {
    const document = await fetchDocument(url, failures);
    if (document === undefined) continue;
    const parsed = authorizationServerMetadata.safeParse(source.repairMetadata?.(document) ?? document);
    if (!parsed.success) {
      const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
      throw discoveryError(source, `${url} is no authorization server metadata: ${faults.join('; ')}`);
    }
    requireIssuer(source, url, parsed.data.issuer);
    return { document, metadata: parsed.data, foundByClients };
  }
  throw discoveryError(source, `the metadata can not be had: ${failures.join('; ')}`);
}

async function fetchDocument(url: string, failures: string[]): Promise<JsonObject | undefined> {
  try {
    const answer = await requestIdp(url);
    if (answer.status !== 200) throw new IdpRequestError(url, `answers ${answer.status}`);
    const parsed = jsonObject.safeParse(jsonOf(url, answer));
    if (!parsed.success) throw new IdpRequestError(url, 'answers no JSON object');
    return parsed.data;
  } catch (error) {
    if (!(error instanceof IdpRequestError)) throw error;
    failures.push(error.message);
    return undefined;
  }
}

function requireIssuer(source: DiscoverySource, url: string, found: string) {
  if (found === source.issuer) return;
  const onlySlash = found.replace(/\/$/, '') === source.issuer.replace(/\/$/, '');
  throw new ConfigurationError([
    {
      variable: source.issuerVariable,
      found: source.issuer,
      expected: `the issuer exactly as ${url} says it: ${found}`,
      hint: onlySlash
        ? 'The two differ only by a trailing slash: issuers are compared byte for byte.'
        : 'Issuers are compared byte for byte (RFC 8414 section 3.3).',
      example: `${source.issuerVariable}=${found}`,
    },
  ]);
}

function discoveryError(source: DiscoverySource, hint: string): ConfigurationError {
  const kind = source.type === 'oidc' ? 'an OpenID Connect issuer' : 'an issuer with RFC 8414 metadata';
  const usesUrl = source.url !== undefined;
  return new ConfigurationError([
    {
      variable: usesUrl ? source.urlVariable : source.issuerVariable,
      found: source.url ?? source.issuer,
      expected: usesUrl ? 'the URL of the metadata document' : `${kind} that can be reached from here`,
      hint,
    },
  ]);
}
