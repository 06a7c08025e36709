import { type ProviderConnection, refusalTexts } from '@mcp-whoami/provider';

/** What guards the server, as far as the page needs it; `connection` is missing while the IdP is waited for. */
export interface PageGuard {
  title: string;
  connection?: Pick<ProviderConnection, 'issuer' | 'published' | 'advice' | 'about'>;
}

export interface PageOptions {
  publicUrl: string;
  resources: readonly [mcp: string, sse: string];
  /** Nothing for `PROVIDER=none`. */
  guard: PageGuard | undefined;
}

/** What the page's script is told. All of it is public: metadata, settings' names and advice. */
export interface PageFacts {
  state: 'ready' | 'waiting';
  publicUrl: string;
  mcp: string;
  /** The provider's title; nothing: everybody is let in. */
  provider?: string;
  /** The IdP's origins, from which a picture may be loaded. */
  idpOrigins: string[];
  pageClient?: { id?: string; variable: string };
  /** What to change at the IdP, by the `error_description` of a refusal. */
  advice: Record<string, string>;
}

/** Collects what the page's script is told. */
export function pageFacts({ publicUrl, resources: [mcp], guard }: PageOptions): PageFacts {
  const { connection, title } = guard ?? {};
  const { id, variable } = connection?.about.pageClient ?? {};
  return {
    state: guard !== undefined && connection === undefined ? 'waiting' : 'ready',
    publicUrl,
    mcp,
    ...(title === undefined ? {} : { provider: title }),
    idpOrigins: idpOrigins(connection),
    ...(variable === undefined ? {} : { pageClient: { ...(id === undefined ? {} : { id }), variable } }),
    advice: adviceByText(connection),
  };
}

/** The endpoints that a client which runs in a page asks (RFC 8414 §2), and the issuer, where the metadata is. */
const askedByPages = ['issuer', 'token_endpoint', 'registration_endpoint'];

/** An origin that is one source in a Content-Security-Policy: URLs also take `*`, `;` and `,` in a host. */
const oneSource = /^https?:\/\/[\w.:[\]-]+$/;

/** The origins of the IdP that the page may ask: those that its metadata names. */
export function idpOrigins(connection: PageGuard['connection']): string[] {
  if (connection === undefined) return [];
  const { published, about } = connection;
  const urls = [about.metadata, published.metadata].flatMap((document) =>
    askedByPages.map((field) => document[field]),
  );
  const origins = urls.flatMap((url) =>
    typeof url === 'string' && /^https?:/i.test(url) && URL.canParse(url) ? [new URL(url).origin] : [],
  );
  return [...new Set(origins)].filter((origin) => oneSource.test(origin));
}

function adviceByText(connection: PageGuard['connection']): Record<string, string> {
  const texts = new Map<string, string>(Object.entries(refusalTexts));
  return Object.fromEntries(
    Object.entries(connection?.advice ?? {}).flatMap(([code, advice]) => {
      const text = texts.get(code);
      return text === undefined || typeof advice !== 'string' ? [] : [[text, advice]];
    }),
  );
}
