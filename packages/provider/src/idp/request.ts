import { shownUrl } from '@mcp-whoami/environment';

/** How long an answer of an identity provider may take, in milliseconds. */
export const IDP_TIMEOUT_MS = 5_000;
/** How large it may be unless told, in bytes: metadata and keys, which no caller has a hand in. */
const MAX_ANSWER_BYTES = 1024 * 1024;
/** How much of a redirect's target a message shows, in characters. */
const MAX_LOCATION_LENGTH = 200;

/**
 * What came of a request: `useless`, an answer, if one of no use (too large, a redirect); `none`, no whole answer;
 * `not asked`, the request was never sent.
 */
export type IdpOutcome = 'useless' | 'none' | 'not asked';

/** An identity provider gave no usable answer. `message` says which request and why, for the log. */
export class IdpRequestError extends Error {
  readonly code = 'idp_request_failed';
  readonly outcome: IdpOutcome;
  /** Seconds after which the IdP may be asked again, where that is known. */
  readonly retryAfter: number | undefined;
  /** Of an answer that is of no use for it. */
  readonly status: number | undefined;

  constructor(
    url: string,
    reason: string,
    options: {
      outcome?: IdpOutcome;
      cause?: unknown;
      retryAfter?: number | undefined;
      status?: number | undefined;
    } = {},
  ) {
    super(`${shownUrl(url)} ${reason}`, { cause: options.cause });
    this.name = 'IdpRequestError';
    this.outcome = options.outcome ?? 'useless';
    this.retryAfter = options.retryAfter;
    this.status = options.status;
  }
}

/** A complete answer of an identity provider: any status but a redirect. */
export interface IdpAnswer {
  status: number;
  headers: Headers;
  body: string;
}

/** What to ask. */
export interface IdpRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** Milliseconds; {@link IDP_TIMEOUT_MS} otherwise. */
  timeout?: number;
  /** The largest answer that is read, in bytes; 1 MiB otherwise. */
  maxBytes?: number;
  /** How many redirects within the origin are followed, none unless told: only for what carries no token. */
  redirects?: number;
}

/**
 * Asks an identity provider. No redirect to another origin is followed, so that nothing travels to another host.
 *
 * @throws {IdpRequestError} when no complete answer came in time, it was too large, or it was a redirect.
 */
export async function requestIdp(url: string, request: IdpRequest = {}): Promise<IdpAnswer> {
  const timeout = request.timeout ?? IDP_TIMEOUT_MS;
  try {
    const response = await fetch(url, {
      method: request.method ?? 'GET',
      headers: { accept: 'application/json', ...request.headers },
      ...(request.body === undefined ? {} : { body: request.body }),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeout),
    });
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      const { redirects = 0 } = request;
      const target = URL.parse(response.headers.get('location') ?? '', url);
      if (redirects > 0 && target?.origin === new URL(url).origin) {
        return await requestIdp(target.href, { ...request, redirects: redirects - 1 });
      }
      throw new IdpRequestError(url, `redirects (${response.status}) to ${redirectTarget(url, response)}`);
    }
    return {
      status: response.status,
      headers: response.headers,
      body: await readBody(url, response, request.maxBytes),
    };
  } catch (error) {
    if (error instanceof IdpRequestError) throw error;
    throw new IdpRequestError(url, describeFailure(error, timeout), { outcome: 'none', cause: error });
  }
}

/** Without the query, in which an IdP may repeat what it was sent. */
function redirectTarget(url: string, response: Response): string {
  const target = URL.parse(response.headers.get('location') ?? '', url);
  return target === null ? 'nowhere' : `${target.origin}${target.pathname}`.slice(0, MAX_LOCATION_LENGTH);
}

async function readBody(url: string, response: Response, maxBytes = MAX_ANSWER_BYTES): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new IdpRequestError(url, `answers more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function describeFailure(error: unknown, timeout: number): string {
  if (!(error instanceof Error)) return 'cannot be reached';
  if (error.name === 'TimeoutError') return `did not answer within ${timeout} ms`;
  const { cause } = error;
  const detail = cause instanceof Error ? ('code' in cause ? cause.code : cause.message) : error.name;
  return `cannot be reached (${String(detail)})`;
}
