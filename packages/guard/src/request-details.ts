import { printable } from '@mcp-whoami/provider';
import type { Request, Response } from 'express';

/** Characters of a path and of an address that a log line shows at most. */
const MAX_PATH_LENGTH = 300;
const MAX_ADDRESS_LENGTH = 100;

/** What the log says of each request that it names: never the query, in which tokens come. */
export function requestDetails(request: Request, response: Response) {
  return {
    requestId: response.locals.requestId,
    // What a proxy says of it is a text like any other.
    address: printable(request.ip ?? 'unknown', MAX_ADDRESS_LENGTH),
    method: request.method,
    path: printable(request.path, MAX_PATH_LENGTH),
  };
}
