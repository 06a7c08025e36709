import type { Request, Response } from 'express';
import { describeRequest, type RequestDetails } from '../core/describe-request.ts';

/** What the log says of each request that it names: never the query, in which tokens come. */
export function requestDetails(request: Request, response: Response): RequestDetails {
  return describeRequest(response.locals.requestId, request.ip, request.method, request.path);
}
