import type { Answer } from './answer.ts';
import { jsonRpcError, SERVER_ERROR } from './json-rpc-error.ts';

/** Why a request is refused, for the log. */
export interface ForeignRequest {
  /** What was expected and what was found. */
  finding: string;
  /** What to do. */
  mend: string | undefined;
}

/** The answer to a request that is not for this server, or not from a page that may use it. */
export function forbidden(
  reason: 'host_not_allowed' | 'origin_not_allowed',
  { finding, mend }: ForeignRequest,
): Answer {
  return {
    status: 403,
    body: jsonRpcError(SERVER_ERROR, `Forbidden: ${reason}`),
    log: { level: 'warn', reason, message: finding, mend },
  };
}
