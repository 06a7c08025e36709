import { ConfigurationError, isPattern, type NameOf, shownUrl } from '@mcp-whoami/environment';
import { isOutage, jsonOf } from '../idp/answer.ts';
import { IdpRequestError, requestIdp } from '../idp/request.ts';
import { type JsonObject, jsonObject } from '../json.ts';
import { quote } from '../printable.ts';
import {
  type AuthorizationServerMetadata,
  authorizationServerMetadata,
  type DiscoveredMetadata,
  issuerUrl,
} from './authorization-server-metadata.ts';
import type { IssuerToDiscover } from './connected-server.ts';
import { type FoundIssuer, tryIssuers } from './try-issuers.ts';
import { waysToIdp } from './ways-to-idp.ts';
import { wellKnownUrls } from './well-known.ts';

/** Some IdPs redirect to where their metadata is; clients follow that too. */
const MAX_REDIRECTS = 3;

/** Where the metadata of an authorization server is looked for. */
export interface DiscoverySource extends Omit<IssuerToDiscover, 'kind'> {
  /** Fetch this instead. */
  url?: string | undefined;
  /** How messages name the settings `issuer` and `discoveryUrl`. */
  nameOf: NameOf;
}

/**
 * Fetches and checks the metadata.
 *
 * @throws {ConfigurationError} when no document is had, it is malformed, or its `issuer` is not the configured
 *   one byte for byte (RFC 8414 §3.3, OpenID Connect Discovery §4.3).
 */
export async function discoverMetadata(source: DiscoverySource): Promise<DiscoveredMetadata> {
  const { issuer, type, url: only } = source;
  const { oidc, oauth, oauthAppended } = wellKnownUrls(issuer);
  const standard = type === 'oidc' ? [oidc] : [...new Set([oauth, oauthAppended])];
  const failures: (IdpRequestError | ConfigurationError)[] = [];
  for (const url of only === undefined ? standard : [only]) {
    try {
      const document = await fetchDocument(url);
      const metadata = readMetadata(source, url, document);
      return { document, metadata, foundByClients: await isFoundByClients(issuer, url) };
    } catch (error) {
      if (!(error instanceof IdpRequestError || error instanceof ConfigurationError)) throw error;
      failures.push(error);
    }
  }
  // A document that is there and wrong tells more than one that is not, and does not mend by itself.
  const failure =
    failures.find((candidate) => candidate instanceof ConfigurationError) ?? unreachable(source, failures);
  const [first] = failures;
  const meant = only === undefined && first && !isTrouble(first) ? await tryFor(source, first) : undefined;
  throw meant === undefined ? failure : offering(failure, source, meant);
}

/** Whether the IdP is down or slow: then nothing says that the address is wrong, and more requests would not help. */
function isTrouble(failure: Error): boolean {
  if (!(failure instanceof IdpRequestError)) return false;
  const { cause, status = 0 } = failure;
  return isOutage(status) || (cause instanceof Error && cause.name === 'TimeoutError');
}

function tryFor({ issuer, type }: DiscoverySource, failure: Error): Promise<FoundIssuer | undefined> {
  if (!(failure instanceof IdpRequestError)) return tryIssuers(issuer, type);
  return tryIssuers(issuer, type, {
    silentOrigin: failure.outcome === 'none' ? new URL(issuer).origin : undefined,
    nothingThere: issuer.replace(/\/$/, ''),
  });
}

/** The failure with the issuer that was meant. */
function offering(
  failure: ConfigurationError,
  { nameOf }: DiscoverySource,
  { issuer, words }: FoundIssuer,
): ConfigurationError {
  const problems = failure.problems.map((problem) => ({
    ...problem,
    // Of metadata that is another issuer's it says already what is wrong.
    hint: [problem.example === undefined && `As it stands, ${words}.`, problem.hint, triedIssuer(issuer)]
      .filter((text) => typeof text === 'string')
      .join('\n  '),
    mend: nameOf('issuer', issuer),
  }));
  return new ConfigurationError(problems, failure.cause);
}

/** What a message says of an issuer that it offers. */
export function triedIssuer(issuer: string): string {
  return `${issuer} was tried: its metadata says exactly that issuer.`;
}

/** @throws {IdpRequestError} when no JSON object is had. */
async function fetchDocument(url: string): Promise<JsonObject> {
  const answer = await requestIdp(url, { redirects: MAX_REDIRECTS });
  if (answer.status !== 200)
    throw new IdpRequestError(url, `answers ${answer.status}`, { status: answer.status });
  const parsed = jsonObject.safeParse(jsonOf(url, answer));
  if (!parsed.success) throw new IdpRequestError(url, 'answers no JSON object');
  return parsed.data;
}

/** @throws {ConfigurationError} when the document is malformed or another issuer's. */
function readMetadata(
  source: DiscoverySource,
  url: string,
  document: JsonObject,
): AuthorizationServerMetadata {
  const parsed = authorizationServerMetadata.safeParse(source.repair?.(document) ?? document);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    throw problem(source, { hint: `${shownUrl(url)} is not authorization server metadata: ${faults}` });
  }
  if (parsed.data.issuer !== source.issuer) throw otherIssuer(source, url, parsed.data.issuer);
  return parsed.data;
}

/** Another origin is this server's way to the same IdP, so the address tells nothing about the clients' way. */
async function isFoundByClients(issuer: string, url: string): Promise<boolean> {
  if (new URL(url).origin !== new URL(issuer).origin) return true;
  const { oidc, oidcInserted, oauth } = wellKnownUrls(issuer);
  const standard = new Set([oauth, oidc, oidcInserted]);
  if (standard.has(url)) return true;
  for (const candidate of standard) {
    const found = await fetchDocument(candidate).catch((error: unknown) => {
      if (!(error instanceof IdpRequestError)) throw error;
    });
    if (found?.issuer === issuer) return true;
  }
  return false;
}

function otherIssuer(source: DiscoverySource, url: string, found: string): ConfigurationError {
  const { issuer, nameOf } = source;
  const of = { setting: nameOf('issuer'), found: issuer };
  const hints = (hint: string) => [hint, source.hint].filter((text) => text !== undefined).join('\n  ');
  if (!issuerUrl.safeParse(found).success) {
    return new ConfigurationError([
      {
        ...of,
        expected: `the issuer of its tokens. ${shownUrl(url)} says no issuer, but ${quote(found)}`,
        hint: hints(
          isPattern(found)
            ? 'That is a pattern for the issuers of many tenants: give the issuer of one, with its id instead of what stands in braces.'
            : 'An issuer is a URL without query or fragment (RFC 8414 section 2).',
        ),
      },
    ]);
  }
  const onlySlash = found.replace(/\/$/, '') === issuer.replace(/\/$/, '');
  return new ConfigurationError([
    {
      ...of,
      expected: `the issuer exactly as ${shownUrl(url)} says it: ${found}`,
      hint: hints(
        onlySlash
          ? 'The two differ only by a trailing slash: issuers are compared byte for byte.'
          : 'Issuers are compared byte for byte (RFC 8414 section 3.3).',
      ),
      example: nameOf('issuer', found),
      // What the operator named as the metadata of the IdP says it.
      ...(source.url === undefined ? {} : { mend: nameOf('issuer', found) }),
    },
  ]);
}

/** It may be reached later: the cause says so. */
function unreachable(source: DiscoverySource, failures: readonly Error[]): ConfigurationError {
  const [cause] = failures;
  const { ways, ...example } = waysToIdp(cause, source.nameOf('discoveryUrl'));
  return problem(
    source,
    { hint: failures.map(({ message }) => message).join('; '), ways, ...example },
    cause,
  );
}

function problem(
  { issuer, type, url, nameOf, hint: furtherHint }: DiscoverySource,
  { hint, ways = [], ...example }: { hint: string; ways?: readonly string[]; example?: string },
  cause?: Error,
): ConfigurationError {
  const kind = type === 'oidc' ? 'an OpenID Connect issuer' : 'an issuer with RFC 8414 metadata';
  return new ConfigurationError(
    [
      {
        setting: nameOf(url === undefined ? 'issuer' : 'discoveryUrl'),
        found: shownUrl(url ?? issuer),
        expected:
          url === undefined ? `${kind} that can be reached from here` : 'the URL of the metadata document',
        hint: [hint, furtherHint, ...ways].filter((text) => text !== undefined).join('\n  '),
        ...example,
      },
    ],
    cause,
  );
}
