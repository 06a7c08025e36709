import { LRUCache } from 'lru-cache';
import { isPublicName } from './public-name.ts';

/**
 * Whether the document behind a client_id, or the keys that it names, may be fetched (Client ID Metadata Documents,
 * draft-02). Allowed: https on the default port, of a host with a public name. Anyone can make this server ask, so
 * nothing else is: no addresses, no names of the local machine or network.
 */
export function mayFetchClientMetadata(clientId: string): boolean {
  const url = URL.parse(clientId);
  return (
    url !== null &&
    clientId.startsWith('https://') &&
    url.port === '' &&
    url.username === '' &&
    url.password === '' &&
    isPublicName(url.hostname)
  );
}

/** How oidc-provider fetches: its configuration `fetch`. */
export type FetchDocument = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

type Outcome = { readonly response: Response; readonly body: Uint8Array<ArrayBuffer> };

const MAX_REMEMBERED = 100;
const REMEMBERED_MS = 30_000;
/** From the question to the last byte; oidc-provider has the same, for documents. */
const TIMEOUT_MS = 2_500;

/** oidc-provider refuses a document of more; what comes after that is not read. */
export const MAX_DOCUMENT_BYTES = 5 * 1_024;

/**
 * A fetch for what strangers name: Client ID Metadata Documents, and the keys of clients (`jwks_uri`). It asks only
 * where `mayFetchClientMetadata` says yes, follows no redirect, reads 5 KiB at most and takes 2.5 s at most. A public
 * name that leads to a private address is oidc-provider's to refuse: it closes the connection before the request is
 * sent. It goes on without that where it cannot set it up; this refuses then.
 *
 * It asks for one document once in 30 s, whatever came of it. oidc-provider keeps only documents that it can use, and
 * looks a client up again to report that it could not: without this every failure is fetched twice (5 s where nobody
 * answers), and again at each request that a stranger makes.
 *
 * For the configuration of oidc-provider, which gives it its dispatcher; `sharedConfiguration` takes it as
 * `clientDocuments: { fetch: createDocumentFetch() }`.
 *
 * @throws TypeError for a URL that may not be fetched; what `fetch` throws, a `TimeoutError` among it
 */
export function createDocumentFetch(): FetchDocument {
  const outcomes = new LRUCache<string, Promise<Outcome>>({ max: MAX_REMEMBERED, ttl: REMEMBERED_MS });
  return async (input, init = {}) => {
    const url = String(input);
    if (!mayFetchClientMetadata(url)) throw new TypeError(`not a public https URL: ${url}`);
    if (!('dispatcher' in init && init.dispatcher)) {
      throw new TypeError('nothing would check the address that a name leads to');
    }
    const outcome = outcomes.get(url) ?? read(url, init);
    if (!outcomes.has(url)) outcomes.set(url, outcome);
    const { response, body } = await outcome;
    const { status, headers } = response;
    return new Response(status === 200 ? body : null, { status, headers });
  };
}

async function read(url: string, init: RequestInit): Promise<Outcome> {
  const signals = [AbortSignal.timeout(TIMEOUT_MS), ...(init.signal ? [init.signal] : [])];
  const response = await globalThis.fetch(url, {
    ...init,
    redirect: 'manual',
    signal: AbortSignal.any(signals),
  });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    // Leaving the loop cancels the rest.
    if (response.status !== 200 || bytes > MAX_DOCUMENT_BYTES) break;
  }
  return { response, body: new Uint8Array(Buffer.concat(chunks)) };
}
