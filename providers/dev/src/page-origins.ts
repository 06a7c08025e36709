import type { IncomingHttpHeaders } from 'node:http';
import type { Middleware } from '@mcp-whoami/authorization-server';
import { isLoopbackHost } from '@mcp-whoami/environment';

/** Pages of programs on this machine, whose schemes no website can have as its origin. */
const PROGRAM_ORIGIN =
  /^(vscode-webview|vscode-file|chrome-extension|moz-extension|safari-web-extension|tauri):\/\/[\w.-]+$/;

/** Whether pages of an origin (RFC 6454 §7, as browsers send it) may use this server: those of this machine. */
function isOfThisMachine(origin: string): boolean {
  const url = URL.parse(origin);
  const isLoopback = url?.origin === origin && /^https?:$/.test(url.protocol) && isLoopbackHost(url.hostname);
  return isLoopback || PROGRAM_ORIGIN.test(origin);
}

/**
 * Refuses what a page of another origin sends: any website that the developer opens could register clients here, ask
 * for tokens, or start sign-ins in hidden frames until those of real clients are forgotten. Browsers say so in
 * `Origin` on all but plain GET requests, and on those in Fetch Metadata. What a link or a redirect opens in a tab of
 * its own stays possible: that is how clients start a sign-in. Programs send none of these headers.
 */
export const requireOriginOfThisMachine: Middleware = async (ctx, next) => {
  const { origin } = ctx.req.headers;
  const isForeign =
    origin === undefined
      ? ctx.get('Sec-Fetch-Site') === 'cross-site' && !isOpenedInTab(ctx.req.headers)
      : !isOfThisMachine(origin);
  if (!isForeign) return next();
  ctx.status = 403;
  ctx.body = 'Only pages of this machine may use this server\n';
};

function isOpenedInTab(headers: IncomingHttpHeaders): boolean {
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}

const CROSS_ORIGIN_PATH = /^\/(reg|token|jwks|\.well-known\/.*)$/;

/**
 * Lets clients that run in a browser read what clients fetch: metadata, keys, registration, tokens. Comes after
 * `requireOriginOfThisMachine`. None of these look at cookies. oidc-provider has no CORS on registration, and leaves
 * a response alone that has its headers already.
 */
export const allowCrossOrigin: Middleware = async (ctx, next) => {
  ctx.vary('Origin');
  const { origin } = ctx.req.headers;
  if (origin === undefined || !CROSS_ORIGIN_PATH.test(ctx.path)) return next();
  ctx.set('Access-Control-Allow-Origin', origin);
  ctx.set('Access-Control-Expose-Headers', 'WWW-Authenticate');
  if (ctx.method !== 'OPTIONS') return next();
  ctx.set('Access-Control-Allow-Methods', 'GET, POST');
  // The wildcard does not cover Authorization (Fetch, "CORS-unsafe request-header names").
  ctx.set('Access-Control-Allow-Headers', 'Authorization, *');
  ctx.set('Access-Control-Max-Age', '3600');
  ctx.status = 204;
};
