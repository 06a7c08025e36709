import { headerValues } from '@mcp-whoami/guard';
import type { Request, RequestHandler } from 'express';

/** `text/html` in a list of media ranges, which browsers have when they open a page and MCP clients do not. */
const html = /(?:^|,)\s*text\/html\s*(?:[;,]|$)/i;

/**
 * Sends a browser that opens the URL of a protected resource to the page for people: the URL is all that many are
 * given. Who comes with a token, or in any other way, is no such visitor.
 *
 * @param page the path of the page, with that of the public URL.
 */
export function sendBrowsersTo(page: string): RequestHandler {
  return (request, response, next) => {
    if (!isVisitor(request)) return next();
    response.vary('Accept').set('Cache-Control', 'no-store').redirect(303, page);
  };
}

function isVisitor(request: Request): boolean {
  return (
    request.method === 'GET' &&
    request.query.access_token === undefined &&
    headerValues(request, 'authorization').length === 0 &&
    html.test(headerValues(request, 'accept').join(','))
  );
}
