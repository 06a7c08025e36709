import type { Request, Response } from 'express';
import type { Answer, HeaderLine } from '../core/answer.ts';
import type { GuardLogger } from '../core/guard-logger.ts';
import { logAnswer } from '../core/log-answer.ts';
import { wireAnswer } from '../core/wire-answer.ts';
import { requestDetails } from './request-details.ts';

/** Sends an answer of the guard and writes its log line. */
export function sendAnswer(request: Request, response: Response, logger: GuardLogger, answer: Answer): void {
  const details = requestDetails(request, response);
  logAnswer(logger, details, answer);
  const { status, headers, json } = wireAnswer(answer, details.requestId);
  setHeaders(response, headers);
  response.status(status);
  if (json === undefined) response.end();
  else response.json(json);
}

/** Sets header lines; what the answer depends on is added to what is there. */
export function setHeaders(response: Response, headers: readonly HeaderLine[]): void {
  for (const [name, value] of headers) {
    if (name === 'Vary') response.vary(value);
    else response.setHeader(name, value);
  }
}
