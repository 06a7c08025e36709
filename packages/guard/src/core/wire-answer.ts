import { formatBearerChallenge } from '@mcp-whoami/provider';
import type { Answer, HeaderLine } from './answer.ts';

/** What of an answer goes over the wire. */
export interface WireAnswer {
  status: number;
  headers: readonly HeaderLine[];
  json: object | undefined;
}

/**
 * An answer as it goes over the wire. Where it refuses a token it names the request: whoever reports that can say
 * which, and the operator finds its log line.
 */
export function wireAnswer(
  { status, headers = [], challenge, body, log }: Answer,
  requestId: string | undefined,
): WireAnswer {
  const traced =
    challenge?.error === 'invalid_token' && requestId !== undefined ? ` (request ${requestId})` : '';
  const errorDescription = (challenge?.errorDescription ?? '') + traced;
  const json =
    body !== undefined && 'error_description' in body
      ? { ...body, error_description: body.error_description + traced, reason: log?.reason }
      : body;
  return {
    status,
    headers:
      challenge === undefined
        ? headers
        : [...headers, ['WWW-Authenticate', formatBearerChallenge({ ...challenge, errorDescription })]],
    json,
  };
}
