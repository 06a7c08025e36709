import type { PageFacts } from './facts.ts';
import type { PageConnection, SignInPageOptions } from './options.ts';

/** Collects what the page's script is told. */
export function pageFacts({
  connection,
  title,
  publicUrl,
  resources: [mcp],
  tool,
  revisions = [],
}: SignInPageOptions): PageFacts {
  const connected = typeof connection === 'string' ? undefined : connection;
  return {
    state: connection === 'waiting' ? 'waiting' : 'ready',
    title,
    publicUrl,
    mcp,
    tool,
    signIn: connection !== 'none',
    idpOrigins: connected === undefined ? [] : idpOrigins(connected),
    pageClient: connected?.about.pageClient,
    audience: connected?.about.audience ?? [mcp],
    settings: connected?.about.settings ?? {},
    revisions: [...revisions].sort().reverse(),
    advice: connected?.advice ?? {},
  };
}

/** The path of the server's public URL, without a slash at the end. */
export function publicPathOf({ publicUrl }: Pick<SignInPageOptions, 'publicUrl'>): string {
  return new URL(publicUrl).pathname.replace(/\/$/, '');
}

/** The endpoints that a client which runs in a page asks (RFC 8414 §2), and the issuer, where the metadata is. */
const askedByPages = ['issuer', 'token_endpoint', 'registration_endpoint'];

/** An origin that is one source in a Content-Security-Policy: URLs also take `*`, `;` and `,` in a host. */
const oneSource = /^https?:\/\/[\w.:[\]-]+$/;

/** The origins of the IdP that the page may ask: those that its metadata names. */
export function idpOrigins({ published, about }: Pick<PageConnection, 'published' | 'about'>): string[] {
  const urls = [about.metadata, published.metadata].flatMap((document) =>
    askedByPages.map((field) => document[field]),
  );
  const origins = urls.flatMap((url) =>
    typeof url === 'string' && /^https?:/i.test(url) ? (URL.parse(url)?.origin ?? []) : [],
  );
  return [...new Set(origins)].filter((origin) => oneSource.test(origin));
}
