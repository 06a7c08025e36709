import {
  type AuthorizationServerMetadata,
  authorizationServerMetadata,
  type JsonObject,
  jsonObject,
} from './authorization-server-metadata.ts';
import { ConfigurationError, type ConfigurationProblem } from './errors.ts';
import { IdpRequestError, jsonOf, requestIdp } from './idp-request.ts';
import { quote } from './printable.ts';
import { shownUrl } from './shown-value.ts';
import { isPattern, issuerUrl } from './urls.ts';
import { waysToIdp } from './ways-to-idp.ts';

/** Some IdPs redirect to where their metadata is; clients follow that too. */
const MAX_REDIRECTS = 3;

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
  /** What else helps when discovery fails. */
  hint?: string | undefined;
  /** What the issuer's variable would have to be for an issuer; the issuer itself otherwise. */
  settingOf?: ((issuer: string) => string) | undefined;
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

/** Where the document of an issuer stands: the forms that MCP clients try, and one more. */
export function wellKnownUrls(issuer: string) {
  const { origin, pathname } = new URL(issuer);
  // A terminating slash is removed first: RFC 8414 §3.1, OpenID Connect Discovery §4.1.
  const path = pathname.replace(/\/$/, '');
  return {
    oidc: `${origin}${path}/.well-known/openid-configuration`,
    oidcInserted: `${origin}/.well-known/openid-configuration${path}`,
    oauth: `${origin}/.well-known/oauth-authorization-server${path}`,
    // Not in RFC 8414, and MCP clients do not look there, but several IdPs serve only this form.
    oauthAppended: `${origin}${path}/.well-known/oauth-authorization-server`,
  };
}

/**
 * Fetches and checks the metadata.
 *
 * @throws {ConfigurationError} when no document is had, it is malformed, or its `issuer` is not the configured
 *   one byte for byte (RFC 8414 §3.3, OpenID Connect Discovery §4.3).
 */
export async function discoverMetadata(source: DiscoverySource): Promise<DiscoveredMetadata> {
  const { oidc, oauth, oauthAppended } = wellKnownUrls(source.issuer);
  const standard = source.type === 'oidc' ? [oidc] : [...new Set([oauth, oauthAppended])];
  const candidates = source.url === undefined ? standard : [source.url];
  const failures: DiscoveryFailure[] = [];
  for (const url of candidates) {
    const document = await fetchDocument(url);
    const metadata = 'reason' in document ? document : readMetadata(source, url, document.document);
    if ('reason' in metadata) failures.push(metadata);
    else if (!('reason' in document)) {
      const foundByClients = await isFoundByClients(source.issuer, url);
      return { document: document.document, metadata: metadata.metadata, foundByClients };
    }
  }
  // A document that is there and wrong tells more than one that is not.
  const telling = failures.find(({ problem }) => problem !== undefined)?.problem;
  const problem = telling ?? unreachable(source, failures.map(({ reason }) => reason).join('; '));
  // A document that is there and wrong does not mend by itself; one that can't be had may.
  const cause = telling === undefined ? failures.find((failure) => failure.cause)?.cause : undefined;
  const { ways, ...example } = waysToIdp(cause, source.urlVariable);
  const hint = [problem.hint, source.hint, ...ways].filter((text) => text !== undefined).join('\n  ');
  throw new ConfigurationError([{ ...problem, ...example, hint }], cause);
}

interface DiscoveryFailure {
  reason: string;
  /** That the document could not be had at all. */
  cause?: IdpRequestError;
  /** What the document itself says is wrong. */
  problem?: ConfigurationProblem;
}

/** Another origin is this server's way to the same IdP, so the address tells nothing about the clients' way. */
async function isFoundByClients(issuer: string, url: string): Promise<boolean> {
  if (new URL(url).origin !== new URL(issuer).origin) return true;
  const { oidc, oidcInserted, oauth } = wellKnownUrls(issuer);
  const standard = new Set([oauth, oidc, oidcInserted]);
  if (standard.has(url)) return true;
  for (const candidate of standard) {
    const found = await fetchDocument(candidate);
    if (!('reason' in found) && found.document.issuer === issuer) return true;
  }
  return false;
}

async function fetchDocument(url: string): Promise<{ document: JsonObject } | DiscoveryFailure> {
  try {
    const answer = await requestIdp(url, { redirects: MAX_REDIRECTS });
    if (answer.status !== 200) throw new IdpRequestError(url, `answers ${answer.status}`);
    const parsed = jsonObject.safeParse(jsonOf(url, answer));
    if (!parsed.success) throw new IdpRequestError(url, 'answers no JSON object');
    return { document: parsed.data };
  } catch (error) {
    if (!(error instanceof IdpRequestError)) throw error;
    return { reason: error.message, cause: error };
  }
}

function readMetadata(
  source: DiscoverySource,
  url: string,
  document: JsonObject,
): { metadata: AuthorizationServerMetadata } | DiscoveryFailure {
  const parsed = authorizationServerMetadata.safeParse(source.repairMetadata?.(document) ?? document);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    const reason = `${shownUrl(url)} is no authorization server metadata: ${faults}`;
    return { reason, problem: unreachable(source, reason) };
  }
  if (parsed.data.issuer !== source.issuer) {
    return {
      reason: `${shownUrl(url)} is of another issuer`,
      problem: otherIssuer(source, url, parsed.data.issuer),
    };
  }
  return { metadata: parsed.data };
}

function otherIssuer(source: DiscoverySource, url: string, found: string): ConfigurationProblem {
  const problem = { variable: source.issuerVariable, found: source.issuer };
  if (!issuerUrl.safeParse(found).success) {
    return {
      ...problem,
      expected: `the issuer of its tokens. ${shownUrl(url)} says no issuer, but ${quote(found)}`,
      hint: isPattern(found)
        ? 'That is a pattern for the issuers of many tenants: give the issuer of one, with its id in place of what stands in braces.'
        : 'An issuer is a URL without query or fragment (RFC 8414 section 2).',
    };
  }
  const onlySlash = found.replace(/\/$/, '') === source.issuer.replace(/\/$/, '');
  return {
    ...problem,
    expected: `the issuer exactly as ${shownUrl(url)} says it: ${found}`,
    hint: onlySlash
      ? 'The two differ only by a trailing slash: issuers are compared byte for byte.'
      : 'Issuers are compared byte for byte (RFC 8414 section 3.3).',
    example: `${source.issuerVariable}=${source.settingOf?.(found) ?? found}`,
  };
}

function unreachable(source: DiscoverySource, hint: string): ConfigurationProblem {
  const kind = source.type === 'oidc' ? 'an OpenID Connect issuer' : 'an issuer with RFC 8414 metadata';
  const usesUrl = source.url !== undefined;
  return {
    variable: usesUrl ? source.urlVariable : source.issuerVariable,
    found: shownUrl(source.url ?? source.issuer),
    expected: usesUrl ? 'the URL of the metadata document' : `${kind} that can be reached from here`,
    hint,
  };
}
