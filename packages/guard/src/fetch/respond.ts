import type { Answer, HeaderLine } from '../core/answer.ts';
import { describeRequest, type RequestDetails } from '../core/describe-request.ts';
import type { GuardLogger } from '../core/guard-logger.ts';
import { logAnswer } from '../core/log-answer.ts';
import { wireAnswer } from '../core/wire-answer.ts';
import type { ReadRequest } from './read-request.ts';

/** What the log says of a request. */
export function detailsOf({ requestId, address, method, path }: ReadRequest): RequestDetails {
  return describeRequest(requestId, address, method, path);
}

/** Makes the response of the guard's own answer to a request, and writes its log line. */
export function respond(
  arrived: ReadRequest,
  answer: Answer,
  more: readonly HeaderLine[],
  logger: GuardLogger,
): Response {
  const { requestId, method } = arrived;
  logAnswer(logger, detailsOf(arrived), answer);
  const { status, headers, json } = wireAnswer(answer, requestId);
  const type: HeaderLine[] = json === undefined ? [] : [['Content-Type', 'application/json; charset=utf-8']];
  const text = json === undefined || method === 'HEAD' ? null : JSON.stringify(json);
  return withHeaders(new Response(text, { status }), [...type, ...more, ...headers], requestId);
}

/** A response with further header lines; what it depends on is added to what is there. */
export function withHeaders(response: Response, headers: readonly HeaderLine[], requestId: string): Response {
  // The headers of one that was fetched cannot be changed.
  const changed = new Response(response.body, response);
  changed.headers.set('X-Request-Id', requestId);
  for (const [name, value] of headers) {
    if (name === 'Vary') changed.headers.append(name, value);
    else changed.headers.set(name, value);
  }
  return changed;
}
