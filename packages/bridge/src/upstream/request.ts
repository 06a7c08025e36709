import {
  type IdpAnswer,
  type IdpRequest,
  IdpRequestError,
  isOutage,
  isRateLimit,
  outageError,
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
      throw outageError(url, answer);
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
