import type { HeaderLine } from './answer.ts';
import { forPageOf } from './cors.ts';
import { joinedHeader, type RequestHead } from './header-lines.ts';
import { createOriginCheck } from './origin-check.ts';

/** Makes the header lines that let a page read an answer, if it may use this server; for requests past no entrance. */
export function createPageHeaders(resources: readonly string[], allowedOrigins: readonly string[]) {
  const checkOrigin = createOriginCheck(resources, allowedOrigins);
  return (request: RequestHead): readonly HeaderLine[] =>
    checkOrigin(request) === undefined ? forPageOf(joinedHeader(request, 'origin')) : [];
}
