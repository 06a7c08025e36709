import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SignInPageOptions } from './options.ts';
import { pageFacts, publicPathOf } from './page-facts.ts';
import { type PageAnswer, pageFiles } from './page-files.ts';
import { pageHeaders } from './page-headers.ts';
import { renderPage } from './render-page.ts';

/** Seconds after which to look again while the IdP is waited for. */
const RETRY_AFTER_SECONDS = 2;

/** The page in the forms that servers take. Either answers `/` and `/page/*`, with the public URL's path or without. */
export interface SignInPage {
  /** For Express, Connect and `node:http`; anything else is for `next`, and 404 where there is none. */
  handler(request: IncomingMessage, response: ServerResponse, next?: () => void): void;
  /** For servers on web standards; nothing for any other request. */
  fetch(request: Request): Response | undefined;
}

/**
 * Makes a page for people: what the server is, how each client connects to it, and a sign-in that shows each step of
 * MCP authorization, with the secrets masked, and what to do where one fails. While the IdP is waited for its status
 * is 503 with `Retry-After`, and it looks again by itself.
 *
 * @example
 * const connection = await keycloak.connectFromEnvironment(process.env, {
 *   resources: ['https://mcp.example.com/mcp'],
 * });
 * const page = createSignInPage({
 *   title: 'My server',
 *   publicUrl: 'https://mcp.example.com',
 *   resources: ['https://mcp.example.com/mcp'],
 *   connection,
 *   providerTitle: 'Keycloak',
 * });
 * express().use(page.handler);
 */
export function createSignInPage(options: SignInPageOptions): SignInPage {
  const facts = pageFacts(options);
  const waiting = facts.state === 'waiting';
  const answers = new Map(pageFiles()).set('/', {
    // A person sees the page all the same; a program, and the page itself, sees that it has to wait.
    status: waiting ? 503 : 200,
    headers: {
      ...pageHeaders(facts.idpOrigins),
      ...(waiting ? { 'Retry-After': String(RETRY_AFTER_SECONDS) } : {}),
    },
    body: renderPage(options, facts),
  });
  const publicPath = publicPathOf(options);
  const find = (method = '', target = '', etag: string | null = null): PageAnswer | undefined => {
    if (method !== 'GET' && method !== 'HEAD') return undefined;
    const [path = ''] = target.split('?', 1);
    const inner =
      path === publicPath || path.startsWith(`${publicPath}/`) ? path.slice(publicPath.length) : path;
    const answer = answers.get(inner || '/');
    if (answer === undefined) return undefined;
    if (etag !== null && etag === answer.headers.ETag) return { ...answer, status: 304, body: '' };
    return method === 'HEAD' ? { ...answer, body: '' } : answer;
  };
  return {
    handler: (request, response, next) => {
      const answer = find(request.method, request.url, request.headers['if-none-match']);
      if (answer !== undefined) response.writeHead(answer.status, answer.headers).end(answer.body);
      else if (next !== undefined) next();
      else response.writeHead(404).end();
    },
    fetch: (request) => {
      const { pathname } = new URL(request.url);
      const answer = find(request.method, pathname, request.headers.get('if-none-match'));
      return answer && new Response(answer.body || null, answer);
    },
  };
}
