import { shownUrl } from '@mcp-whoami/environment';
import { TokenRefusedError, VerificationUndecidedError } from '../errors.ts';
import { excessOf, jsonObject, parseJson } from '../json.ts';
import { type IdpAnswer, IdpRequestError } from './request.ts';

/** How large an answer about a user or a token may be, in bytes. */
export const MAX_USER_ANSWER_BYTES = 64 * 1024;

/** @throws {IdpRequestError} when the answer is not JSON. */
export function jsonOf(url: string, answer: IdpAnswer): unknown {
  const parsed = parseJson(answer.body);
  if (parsed === undefined) throw new IdpRequestError(url, `answers ${answer.status} with no JSON`);
  return parsed;
}

/**
 * Asks about a token.
 *
 * @throws {VerificationUndecidedError} when there is no whole answer: that says nothing of the token.
 */
export async function askAboutToken<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof IdpRequestError)) throw error;
    throw new VerificationUndecidedError(error.message, error);
  }
}

/** @throws {TokenRefusedError} when what is said of a token or its user is larger or deeper than is looked at. */
export function requireWithinLimits(url: string, body: unknown): void {
  const excess = excessOf(body);
  if (excess !== undefined) {
    throw new TokenRefusedError('malformed_token', `${shownUrl(url)} answers with ${excess}`);
  }
}

/** Whether a status is the IdP's own trouble; any other 4xx is about the token, or about this server's client. */
export function isOutage(status: number): boolean {
  return status >= 500 || status === 408 || status === 429;
}

/** GitHub says with 403 that it was asked too often, by the headers of its rate limit. */
export function isRateLimit({ status, headers }: Pick<IdpAnswer, 'status' | 'headers'>): boolean {
  return status === 403 && (headers.has('retry-after') || headers.get('x-ratelimit-remaining') === '0');
}

/** An answer that says nothing of what was asked. */
export function outageError(url: string, { status, headers }: Pick<IdpAnswer, 'status' | 'headers'>) {
  return new IdpRequestError(url, `answers ${status}`, { retryAfter: retryAfterOf(headers) });
}

/** Seconds, or a date (RFC 9110 §10.2.3); GitHub says when its limit starts anew, in seconds since 1970. */
function retryAfterOf(headers: Headers): number | undefined {
  const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN);
  const value = headers.get('retry-after') ?? (reset > 0 ? new Date(reset * 1000).toUTCString() : '');
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : seconds;
}

/** Whether an IdP's `error` is one: some send null or an empty text, and TikTok `{"code":"ok"}` beside every good answer. */
export function speaksOfError(error: unknown): boolean {
  return Boolean(error) && jsonObject.safeParse(error).data?.code !== 'ok';
}
