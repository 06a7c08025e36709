import { isIP } from 'node:net';
import { LRUCache } from 'lru-cache';

const PRIVATE_SUFFIXES = ['.localhost', '.local', '.internal', '.home.arpa', '.lan'];

/**
 * Whether the document behind a client_id may be fetched (Client ID Metadata Documents, draft-02).
 *
 * Allowed: https on the default port, of a host with a public name. Anyone can make this server ask, so nothing else
 * is: no addresses, no names of the local machine or network. oidc-provider adds: no redirect followed, 5 KiB,
 * 2.5 s, at most one fetch at a time per document, and a connection to a special-use address (a public name that
 * resolves to 127.0.0.1 or 10.0.0.0/8) is closed before the request is sent.
 */
export function mayFetchClientMetadata(clientId: string): boolean {
  const url = URL.parse(clientId);
  if (url?.protocol !== 'https:' || url.port !== '') return false;
  const host = url.hostname.replace(/\.$/, '');
  return (
    host.includes('.') && isIP(host) === 0 && !PRIVATE_SUFFIXES.some((suffix) => `.${host}`.endsWith(suffix))
  );
}

/** How oidc-provider fetches: its configuration `fetch`. */
export type FetchDocument = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

type Outcome = { readonly response: Response; readonly body: Uint8Array<ArrayBuffer> };

const MAX_REMEMBERED = 100;
const REMEMBERED_MS = 30_000;
/** oidc-provider refuses a document of more than 5 KiB; what comes after that is not read. */
const MAX_BODY_BYTES = 5 * 1_024;

/**
 * A fetch that asks for one document once in 30 s, whatever came of it. oidc-provider keeps only documents that it
 * can use, and looks a client up again to report that it could not: without this every failure is fetched twice (5 s
 * where nobody answers), and again at each request that a stranger makes.
 */
export function createDocumentFetch(): FetchDocument {
  const outcomes = new LRUCache<string, Promise<Outcome>>({ max: MAX_REMEMBERED, ttl: REMEMBERED_MS });
  return async (input, init) => {
    const url = String(input);
    const outcome = outcomes.get(url) ?? read(url, init);
    if (!outcomes.has(url)) outcomes.set(url, outcome);
    const { response, body } = await outcome;
    const { status, headers } = response;
    return new Response(status === 200 ? body : null, { status, headers });
  };
}

async function read(url: string, init: RequestInit | undefined): Promise<Outcome> {
  const response = await globalThis.fetch(url, init);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    // Leaving the loop cancels the rest.
    if (response.status !== 200 || bytes > MAX_BODY_BYTES) break;
  }
  return { response, body: new Uint8Array(Buffer.concat(chunks)) };
}
