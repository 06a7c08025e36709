import { isLoopbackHost } from '@mcp-whoami/environment';

/**
 * Schemes without a dot that real MCP clients own: the editors register theirs as `<scheme>://<extension>/…`. Any
 * other has to be a reversed domain name, so that nobody is sent to a handler of the system
 * (`ms-settings:`, `search-ms:`) or to a script (`javascript:`).
 */
const EDITOR_SCHEMES = new Set(
  [
    'antigravity',
    'claude',
    'cursor',
    'jetbrains',
    'kiro',
    'positron',
    'trae',
    'vscode',
    'vscode-insiders',
    'vscodium',
    'windsurf',
    'zed',
  ].map((scheme) => `${scheme}:`),
);

/** A domain name in reverse order (RFC 8252 §7.1), which begins with a top-level domain: no `x-apple.…`. */
const REVERSED_DOMAIN = /^(?:[a-z]{2,}|xn--[a-z0-9-]+)(?:\.[a-z0-9-]+)+:$/;

const MAX_LENGTH = 2_048;

/** `http` to this machine (RFC 8252 §7.3): only a program that runs here receives what is sent there. */
export function isLoopbackRedirect(uri: string): boolean {
  return isLoopback(parse(uri), 'http:');
}

/** https to this machine, for a program that has a certificate. */
export function isHttpsLoopbackRedirect(uri: string): boolean {
  return isLoopback(parse(uri), 'https:');
}

function isLoopback(url: URL | undefined, protocol: 'http:' | 'https:'): boolean {
  return url?.protocol === protocol && isLoopbackHost(url.hostname);
}

/**
 * Whether a client may register a redirect URI: loopback, a private-use scheme of its own, or an https URL that
 * `acceptsHttps` takes. What is not a URI to the letter (RFC 3986 §2), carries a user name, or has a fragment
 * (RFC 6749 §3.1.2) is none.
 */
export function isAcceptableRedirect(uri: string, acceptsHttps: (url: URL) => boolean): boolean {
  const url = parse(uri);
  if (!url) return false;
  switch (url.protocol) {
    case 'http:':
      return isLoopback(url, 'http:');
    case 'https:':
      return isLoopback(url, 'https:') || acceptsHttps(url);
    default:
      return REVERSED_DOMAIN.test(url.protocol) || EDITOR_SCHEMES.has(url.protocol);
  }
}

function parse(uri: string): URL | undefined {
  // Browsers drop tabs, line breaks and leading spaces, and so read another URI than was compared.
  if (uri.length > MAX_LENGTH || !/^[\x21-\x7e]+$/.test(uri) || uri.includes('#')) return undefined;
  const url = URL.parse(uri);
  return url && url.username === '' && url.password === '' ? url : undefined;
}

/** Pages of VS Code that hand what they get to the editor on this machine; it registers them beside loopback. */
const RELAYS = new Set(['https://vscode.dev/redirect', 'https://insiders.vscode.dev/redirect']);

/**
 * For an authorization server that only this machine reaches: a client in the cloud could not redeem a code here,
 * so an https redirect would only tell a stranger that somebody signed in.
 */
export function isRelayToThisMachine({ href }: URL): boolean {
  return RELAYS.has(href);
}
