import type { Answer, HeaderLine } from './answer.ts';

/** Headers that pages may read: without them a browser client learns neither where to sign in nor its session. */
const exposed: HeaderLine = [
  'Access-Control-Expose-Headers',
  'WWW-Authenticate,Mcp-Session-Id,Mcp-Protocol-Version,X-Request-Id',
];
const varyByOrigin: HeaderLine = ['Vary', 'Origin'];

/** How long a browser may remember a preflight's answer, in seconds. */
const PREFLIGHT_LIFETIME_SECONDS = 600;

/** Lets pages of any origin read an answer (Fetch standard, "CORS protocol"). */
export const forAnyPage: readonly HeaderLine[] = [['Access-Control-Allow-Origin', '*'], exposed];

const forNoPage: readonly HeaderLine[] = [varyByOrigin, exposed];

/** Lets the page that asked read an answer. */
export function forPageOf(origin: string | undefined): readonly HeaderLine[] {
  if (origin === undefined) return forNoPage;
  return [['Access-Control-Allow-Origin', origin], varyByOrigin, exposed];
}

/** What a preflight of a protected path, and of metadata, is told. What is not served is refused where a page can read it. */
export const protectedMethods: readonly HeaderLine[] = [
  ['Access-Control-Allow-Methods', 'GET,POST,DELETE'],
  ['Access-Control-Max-Age', String(PREFLIGHT_LIFETIME_SECONDS)],
];
export const metadataMethods: readonly HeaderLine[] = [
  ['Access-Control-Allow-Methods', 'GET,HEAD,PUT,PATCH,POST,DELETE'],
];

/**
 * The answer to a preflight.
 *
 * @param requestedHeaders of `Access-Control-Request-Headers`: all of them may be sent.
 */
export function preflightAnswer(
  methods: readonly HeaderLine[],
  requestedHeaders: string | undefined,
): Answer {
  return {
    status: 204,
    headers: [
      ...methods,
      ['Vary', 'Access-Control-Request-Headers'],
      ...(requestedHeaders ? [['Access-Control-Allow-Headers', requestedHeaders] as const] : []),
      // Some browsers wait for a body otherwise.
      ['Content-Length', '0'],
    ],
  };
}
