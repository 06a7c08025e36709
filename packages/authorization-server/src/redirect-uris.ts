import { isLoopbackHost } from '@mcp-whoami/environment';
import { isPublicName } from './public-name.ts';

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
 * For the `acceptsHttps` of a server that is on the internet itself: https of any host with a public name. Clients in
 * the cloud have such redirect URIs; whose they are is for the person to judge who consents.
 */
export function isPublicHttpsRedirect({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' && isPublicName(hostname);
}

/**
 * Whether a client may register a redirect URI: loopback, a private-use scheme of its own, or an https URL that
 * `acceptsHttps` takes. What is not a URI to the letter (RFC 3986 §2), carries a user name, or has a fragment
 * (RFC 6749 §3.1.2) is none; nor is one with dot segments, which a browser removes before it goes there (RFC 3986
 * §5.2.4): the path that was compared and shown would be another.
 *
 * @example
 * isAcceptableRedirect('http://127.0.0.1:49152/callback', isPublicHttpsRedirect); // true
 * isAcceptableRedirect('https://client.example.com/callback', isPublicHttpsRedirect); // true
 * isAcceptableRedirect('https://client.example.com/callback/../', isPublicHttpsRedirect); // false
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
  if (uri.length > MAX_LENGTH || !/^[\x21-\x7e]+$/.test(uri) || /[#\\]/.test(uri)) return undefined;
  // They also read `https:host` and `https:///host`, the former as a path of the page that they come from.
  if (/^https?:(?!\/\/[^/])/i.test(uri) || hasUserInfo(uri) || hasDotSegment(uri)) return undefined;
  return URL.parse(uri) ?? undefined;
}

/** Whether there is a user name before the host, be it an empty one. */
function hasUserInfo(uri: string): boolean {
  return /^[^/?]*:\/\/[^/?]*@/.test(uri);
}

/** Whether `.` or `..` stands alone between the slashes of a path, also where dots or slashes are percent-encoded. */
function hasDotSegment(uri: string): boolean {
  const [path = ''] = uri.split('?');
  const decoded = path.replace(/%2e/gi, '.').replace(/%2f|%5c/gi, '/');
  return decoded.split(/[/:]/).some((segment) => segment === '.' || segment === '..');
}
