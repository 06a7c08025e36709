import { printable } from '@mcp-whoami/provider';

/** Characters that a log line shows at most of a path and of an address. */
const MAX_PATH_LENGTH = 300;
const MAX_ADDRESS_LENGTH = 100;

/** What the log says of each request that it names. */
export interface RequestDetails {
  requestId: string | undefined;
  address: string;
  method: string;
  path: string;
}

/**
 * What the log says of a request.
 *
 * @param path without the query, in which tokens come.
 */
export function describeRequest(
  requestId: string | undefined,
  address: string | undefined,
  method: string,
  path: string,
): RequestDetails {
  return {
    requestId,
    // What a proxy says of it is a text like any other.
    address: printable(address ?? 'unknown', MAX_ADDRESS_LENGTH),
    method,
    path: printable(path, MAX_PATH_LENGTH),
  };
}
