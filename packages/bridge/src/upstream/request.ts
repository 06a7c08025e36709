import { shownUrl } from '@mcp-whoami/environment';
import {
  type IdpAnswer,
  type IdpRequest,
  IdpRequestError,
  isOutage,
  isRateLimit,
  requestIdp,
} from '@mcp-whoami/provider/idp';
import type { Failure } from './errors.ts';

/** GitHub refuses requests without one (RFC 9110 §10.1.5). */
const USER_AGENT = 'mcp-whoami';

/**
 * Asks the upstream: a whole answer in time, of a bounded size, no redirect, and nothing that is its own trouble.
 *
 * @throws {UpstreamError} `upstream_unavailable`
 */
export async function requestUpstream(
  url: string,
  request: IdpRequest,
  failure: Failure,
): Promise<IdpAnswer> {
  try {
    const headers = { 'user-agent': USER_AGENT, ...request.headers };
    const answer = await requestIdp(url, { ...request, headers });
    if (isOutage(answer.status) || isRateLimit(answer) || saysRateLimit(answer)) {
      throw failure(
        'unavailable',
        `${shownUrl(url)} answers ${answer.status}${answer.status < 500 ? ', that it was asked too often' : ''}`,
        retryAfterOf(answer),
      );
    }
    return answer;
  } catch (error) {
    if (!(error instanceof IdpRequestError)) throw error;
    throw failure('unavailable', error.message, error.retryAfter);
  }
}

/** GitHub's secondary limits are a 403 that may say so in its body alone. */
function saysRateLimit({ status, body }: IdpAnswer): boolean {
  return status === 403 && /\brate limit\b/i.test(body);
}

/** Seconds: the standard's (RFC 9110 §10.2.3), or when GitHub's limit starts anew, in seconds since 1970. */
function retryAfterOf({ headers }: IdpAnswer): number | undefined {
  const value = headers.get('retry-after');
  const reset = headers.get('x-ratelimit-reset');
  const seconds =
    value !== null
      ? /^\d+$/.test(value)
        ? Number(value)
        : (Date.parse(value) - Date.now()) / 1000
      : reset !== null
        ? Number(reset) - Date.now() / 1000
        : Number.NaN;
  return Number.isFinite(seconds) ? seconds : undefined;
}
