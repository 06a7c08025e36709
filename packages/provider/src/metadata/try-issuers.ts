import { isPlainHttp } from '@mcp-whoami/environment';
import { jsonOf } from '../idp/answer.ts';
import { IdpRequestError, requestIdp } from '../idp/request.ts';
import { type JsonObject, jsonObject } from '../json.ts';
import { authorizationServerMetadata, issuerUrl } from './authorization-server-metadata.ts';
import { type IssuerGuess, issuerGuesses } from './issuer-guesses.ts';
import { wellKnownUrls } from './well-known.ts';

/** How long one of several addresses that are tried for a message may take, in milliseconds. */
const TRIAL_TIMEOUT_MS = 2_500;

const MAX_REDIRECTS = 1;

/** An issuer that works: its metadata was fetched, and says exactly that issuer. */
export type FoundIssuer = IssuerGuess;

/**
 * Looks for the issuer that was meant by a text that is none, by what is likely: for a message, and nothing else.
 *
 * @param known.silentOrigin an origin that did not answer at all, and is not asked again.
 * @param known.nothingThere an issuer without metadata, which is not asked again.
 */
export async function tryIssuers(
  text: string,
  type: 'oidc' | 'oauth',
  {
    silentOrigin,
    nothingThere,
  }: { silentOrigin?: string | undefined; nothingThere?: string | undefined } = {},
): Promise<FoundIssuer | undefined> {
  const trials = issuerGuesses(text)
    // Plain http to another machine is never proposed to somebody who did not write it.
    .filter(({ issuer }) => !isPlainHttp(issuer) || /http:\/\//i.test(text))
    .filter(({ issuer }) => new URL(issuer).origin !== silentOrigin && issuer !== nothingThere)
    .map(async ({ issuer, words }) => {
      const found = await confirmIssuer(issuer, type);
      return found === undefined ? undefined : { issuer: found, words: differing(text, found) ?? words };
    });
  return (await Promise.all(trials)).find((found) => found !== undefined);
}

/**
 * The issuer that the metadata at the address of an issuer says, where that is it, with or without a slash at its
 * end, or where that one's own metadata says it too.
 */
export async function confirmIssuer(issuer: string, type: 'oidc' | 'oauth'): Promise<string | undefined> {
  const said = await issuerAt(issuer, type);
  if (said === undefined || withoutSlash(said) === withoutSlash(issuer)) return said;
  return (await issuerAt(said, type)) === said ? said : undefined;
}

/** The issuer that the metadata at an issuer's address says, where it is metadata that this server can use. */
async function issuerAt(issuer: string, type: 'oidc' | 'oauth'): Promise<string | undefined> {
  const { oidc, oauth, oauthAppended } = wellKnownUrls(issuer);
  for (const url of type === 'oidc' ? [oidc] : new Set([oauth, oauthAppended])) {
    const metadata = authorizationServerMetadata.safeParse(await documentAt(url)).data;
    if (metadata !== undefined && issuerUrl.safeParse(metadata.issuer).success) return metadata.issuer;
  }
  return undefined;
}

async function documentAt(url: string): Promise<JsonObject | undefined> {
  try {
    const answer = await requestIdp(url, { redirects: MAX_REDIRECTS, timeout: TRIAL_TIMEOUT_MS });
    return answer.status === 200 ? jsonObject.safeParse(jsonOf(url, answer)).data : undefined;
  } catch (error) {
    if (error instanceof IdpRequestError) return undefined;
    throw error;
  }
}

function withoutSlash(issuer: string): string {
  return issuer.replace(/\/$/, '');
}

function differing(text: string, found: string): string | undefined {
  if (text === found) return 'it is the issuer, which is made of what is asked here';
  if (withoutSlash(text) === withoutSlash(found)) {
    return 'it differs from the issuer only by a trailing slash: issuers are compared byte for byte';
  }
  if (text.replace(/^http:/, 'https:') === found || text.replace(/^https:/, 'http:') === found) {
    return 'its scheme is another one';
  }
  return undefined;
}
