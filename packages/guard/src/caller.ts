import ipaddr from 'ipaddr.js';

/** How much of an IPv6 address one customer of a network has for itself, in bits (RFC 6177 §2). */
const IPV6_PREFIX_LENGTH = 64;
const BITS_OF_GROUP = 16;

/** What tells one caller from another: its address, or, of IPv6, the network that is one customer's. */
export function callerOf(address: string | undefined): string | undefined {
  if (address === undefined || !address.includes(':') || !ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString();
  const network = parsed.parts.slice(0, IPV6_PREFIX_LENGTH / BITS_OF_GROUP);
  return network.map((group) => group.toString(16)).join(':');
}
