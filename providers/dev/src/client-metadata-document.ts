import { isIP } from 'node:net';

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
