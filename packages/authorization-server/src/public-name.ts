import { isIP } from 'node:net';

/** Names that only a machine itself or its network knows (RFC 6761, RFC 6762, RFC 8375, and what routers use). */
const PRIVATE_SUFFIXES = ['.localhost', '.local', '.internal', '.home.arpa', '.lan', '.onion'];

/**
 * Whether a host, as `URL.hostname` gives it, has a name that anybody on the internet may know it by: no address, no
 * name of one label, none of the local machine or network. Where such a name leads is another question.
 */
export function isPublicName(hostname: string): boolean {
  const name = hostname.replace(/\.$/, '');
  return (
    name.includes('.') && isIP(name) === 0 && !PRIVATE_SUFFIXES.some((suffix) => `.${name}`.endsWith(suffix))
  );
}
