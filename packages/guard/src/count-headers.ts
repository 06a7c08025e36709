import type { IncomingMessage } from 'node:http';

/**
 * How many lines of a header a request has. `headers` keeps the first of several or joins them.
 *
 * @param name in lower case.
 */
export function countHeaders({ rawHeaders }: IncomingMessage, name: string): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const found = rawHeaders[index];
    if (found?.length === name.length && found.toLowerCase() === name) count += 1;
  }
  return count;
}
