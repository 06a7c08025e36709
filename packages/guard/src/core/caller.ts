import { isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The networks of IPv6 that count as one caller: a customer's own (RFC 6177 §2), and all that a site may have. */
const IPV6_PREFIX_LENGTHS = [64, 48];
const BITS_OF_GROUP = 16;

/** An address with a port, in brackets, or in quotes as RFC 7239 §6 has it, as proxies write them. */
const spelling = /^"?(?:\[([^\]]+)\](?::\d+)?|([^\s":]+)(?::\d+)?|([^\s"]+))"?$/;

/**
 * What tells one caller from another: its address, or, of IPv6, the networks that it is in, the narrowest first. What
 * is not an address, however a client or a proxy came to send it, tells nothing: all of those are one caller.
 */
export function callerOf(text: string | undefined): readonly string[] {
  // Nearly every call's, and nothing is left to parse.
  if (text !== undefined && ipaddr.IPv4.isValidFourPartDecimal(text)) return [text];
  const [, bracketed, plain, bare] = spelling.exec(text ?? '') ?? [];
  const address = parseAddress(bracketed ?? plain ?? bare ?? '');
  if (address === undefined) return [];
  if (!(address instanceof ipaddr.IPv6)) return [address.toString()];
  return IPV6_PREFIX_LENGTHS.map((length) =>
    address.parts
      .slice(0, length / BITS_OF_GROUP)
      .map((group) => group.toString(16))
      .join(':'),
  );
}

function parseAddress(text: string) {
  // Only four decimal parts: `1` and `010.0.0.1` are other spellings of an address to ipaddr.js.
  if (isIPv4(text) || ipaddr.IPv6.isValid(text)) return ipaddr.process(text);
  return undefined;
}
