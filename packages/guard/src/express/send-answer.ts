import type { Request, Response } from 'express';
import { type Answer, logAnswer } from '../core/answer.ts';
import type { GuardLogger } from '../core/guard-logger.ts';
import type { HeaderLine } from '../core/header-lines.ts';
import { requestDetails } from './request-details.ts';

/** Sends an answer of the guard and writes its log line. */
export function sendAnswer(request: Request, response: Response, logger: GuardLogger, answer: Answer): void {
  const { status, headers = [], body } = answer;
  logAnswer(logger, requestDetails(request, response), answer);
  setHeaders(response, headers);
  response.status(status);
  if (body === undefined) response.end();
  else response.json(body);
}

/** Sets header lines; what the answer depends on is added to what is there. */
export function setHeaders(response: Response, headers: readonly HeaderLine[]): void {
  for (const [name, value] of headers) {
    if (name === 'Vary') response.vary(value);
    else response.setHeader(name, value);
  }
}
