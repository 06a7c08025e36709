import { shownUrl } from '@mcp-whoami/environment';
import type { ApiQuestion, AskAsPerson } from '@mcp-whoami/provider';
import { parseJson } from '@mcp-whoami/provider/idp';
import type { Failure } from './errors.ts';
import { requestUpstream } from './request.ts';

/** How many questions one look at a person may take: of lists in pages, some ten thousand entries. */
const MAX_QUESTIONS = 100;
/** How long they may take together, in milliseconds. */
const MAX_TIME_MS = 15_000;
/** How long one may, in milliseconds. */
const TIMEOUT_MS = 5_000;
/** How large an answer may be, in bytes. */
const MAX_BYTES = 1024 * 1024;

/** The access token was not accepted: it has expired, or was revoked. */
export class AccessTokenRefused extends Error {}

/** Asks an API with an access token, a bounded number of times. Throws {@link AccessTokenRefused} for a 401. */
export function createAskAsPerson(accessToken: string, failure: Failure): AskAsPerson {
  const deadline = performance.now() + MAX_TIME_MS;
  let questions = 0;
  return async (url, how = {}) => {
    questions += 1;
    const timeLeft = Math.floor(deadline - performance.now());
    if (questions > MAX_QUESTIONS || timeLeft <= 0) {
      throw failure(
        'unavailable',
        `${shownUrl(url)}: ${questions - 1} questions about one person did not come to an end`,
      );
    }
    const answer = await requestUpstream(
      url,
      {
        method: how.method ?? 'GET',
        headers: headersOf(how, accessToken),
        ...(how.body === undefined ? {} : { body: how.body }),
        timeout: Math.min(TIMEOUT_MS, timeLeft),
        maxBytes: MAX_BYTES,
      },
      failure,
    );
    const { status } = answer;
    if (status === 401) throw new AccessTokenRefused();
    if (status === 403 || status === 404) return undefined;
    const body = parseJson(answer.body);
    if (status !== 200 || body === undefined) {
      throw failure(
        'unavailable',
        `${shownUrl(url)} answers ${status}${status === 200 ? ' with no JSON' : ''}`,
      );
    }
    return { body, next: nextPage(url, answer.headers.get('link'), failure) };
  };
}

function headersOf({ headers, body }: ApiQuestion, accessToken: string): Record<string, string> {
  const all = new Headers(headers);
  if (body !== undefined && !all.has('content-type')) all.set('content-type', 'application/json');
  all.set('authorization', `Bearer ${accessToken}`);
  return Object.fromEntries(all);
}

/** `rel="next"` (RFC 8288 §3). The token goes to no other origin. */
function nextPage(url: string, links: string | null, failure: Failure): string | undefined {
  for (const [, target = '', parameters = ''] of (links ?? '').matchAll(/<([^<>]*)>([^<]*)/g)) {
    if (!/;\s*rel="?([^"]*\s)?next[\s";,]?/i.test(parameters)) continue;
    const next = URL.parse(target, url);
    if (next?.origin !== new URL(url).origin) {
      throw failure(
        'unavailable',
        `${shownUrl(url)} has its next page at another origin, where no token is sent`,
      );
    }
    return next.href;
  }
  return undefined;
}
