import { cleanText, withScheme } from '@mcp-whoami/environment';

/** An issuer that may have been meant. */
export interface IssuerGuess {
  /** Without a slash at its end: its metadata is at the same address with one. */
  issuer: string;
  /** What was done to the text, if this is it. */
  words: string;
}

/** Guesses that are tried at most. */
export const MAX_GUESSES = 8;

/** The realm that a page of Keycloak's consoles is about: its address there is in the fragment. */
function realmOf(path: string, hash: string): { path: string; words: string } | undefined {
  const words = 'it is the address of a page of Keycloak’s console, not of the realm';
  const [, before, , inPath] =
    /^(.*?)\/admin(\/[^/]+\/console)?(?:\/realms\/([^/]+).*)?\/?$/.exec(path) ?? [];
  const [, inHash] = /^#\/(?:realms?\/)?([^/?]+)/.exec(hash) ?? [];
  const realm = inPath ?? inHash;
  if (before !== undefined && realm !== undefined) return { path: `${before}/realms/${realm}`, words };
  const [, below] = /^(.*\/realms\/[^/]+)\/account(?:\/.*)?$/.exec(path) ?? [];
  return below === undefined ? undefined : { path: below, words };
}

/** The path of the issuer whose metadata is at a path: appended (OpenID Connect Discovery §4, or inserted (RFC 8414 §3.1). */
function withoutWellKnown(path: string): string | undefined {
  const [, before = '', behind = ''] =
    /^(.*?)\/\.well-known(?:\/(?:openid-configuration|oauth-authorization-server)(\/.*)?)?\/?$/.exec(path) ??
    [];
  return path.includes('/.well-known') ? `${before}${behind}` : undefined;
}

/** What the paths of endpoints end with: the issuer is before it. */
const endpointPath =
  /\/(protocol\/openid-connect\/[\w-]+|(?:(?:oauth2?|oidc|openid|connect|o)\/)*(?:v\d(?:\.\d)?\/)?(?:authorize|authorization|auth|login|token|userinfo|user_?info|certs|keys|jwks(?:\.json)?|introspect(?:ion)?|revoke|register|logout)(?:\/[\w-]+)?)$/i;

/** Below which path products put their issuer, when somebody gives the address of the product. */
const usualPaths = ['/v2.0', '/oauth2/default', '/oidc', '/oauth2', '/oauth'];

/** Which issuers may have been meant by a text that is none, the likeliest first. */
export function issuerGuesses(text: string): IssuerGuess[] {
  const { text: clean, removed } = cleanText(text);
  const url = withScheme(clean.replace(/\s+/g, ''));
  if (url === undefined) return [];
  const guesses: IssuerGuess[] = [];
  const add = (path: string, words: string, origin = url.origin) => {
    const issuer = `${origin}${path.replace(/\/+$/, '')}`;
    if (!guesses.some((guess) => guess.issuer === issuer)) guesses.push({ issuer, words });
  };
  const path = url.pathname.replace(/\/+$/, '');
  const wellKnown = withoutWellKnown(path);
  const realm = realmOf(path, url.hash);
  const endpoint = endpointPath.exec(path)?.[0];
  const asItIs = wording(text, clean, removed);
  if (wellKnown !== undefined) add(wellKnown, 'it is the address of the metadata, which says the issuer');
  if (realm !== undefined) add(realm.path, realm.words);
  if (endpoint !== undefined) {
    const before = path.slice(0, -endpoint.length);
    const words = 'it is the address of an endpoint, not the issuer';
    // Entra ID has the version behind the issuer's part of the path.
    if (/\/v2\.0\//.test(endpoint)) add(`${before}/v2.0`, words);
    add(before, words);
  }
  const isMicrosoft = /^login\.(microsoftonline\.|partner\.microsoftonline\.)|^sts\.windows\.net$/.test(
    url.hostname,
  );
  if (isMicrosoft && !path.endsWith('/v2.0'))
    add(`${path}/v2.0`, 'it is of version 1.0 of Entra ID’s tokens', entraOrigin(url));
  add(path, asItIs);
  add(path, 'its scheme is another one', otherScheme(url.origin));
  const base = wellKnown ?? path;
  if (/\/realms\//.test(base))
    add(
      base.startsWith('/auth/') ? base.replace(/^\/auth/, '') : `/auth${base}`,
      'its path is that of another version of Keycloak',
    );
  if (base !== base.toLowerCase()) add(base.toLowerCase(), 'issuers know upper and lower case');
  add(base.replace(/\/[^/]*$/, ''), 'its path is one step too long');
  for (const usual of usualPaths) add(`${base}${usual}`, 'its path is too short');
  return guesses.slice(0, MAX_GUESSES);
}

function entraOrigin(url: URL): string {
  return url.hostname === 'sts.windows.net' ? 'https://login.microsoftonline.com' : url.origin;
}

function otherScheme(origin: string): string {
  return origin.startsWith('http:') ? origin.replace(/^http/, 'https') : origin.replace(/^https/, 'http');
}

function wording(text: string, clean: string, removed: readonly string[]): string {
  if (removed.length > 0) return `it has ${removed.join(', and ')}`;
  if (!/^https?:\/\//i.test(clean)) return 'it has no https:// before it';
  if (/\s/.test(clean)) return 'it has white space in it';
  if (/[?#]/.test(text)) return 'it has more than the issuer: a query or a fragment';
  return 'it is not written as the metadata writes it: issuers are compared byte for byte';
}
