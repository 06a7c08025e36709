import { errorPage, type Middleware, pageHeaders } from '@mcp-whoami/authorization-server';
import type { WarningLogger } from '@mcp-whoami/provider';
import { errors } from 'oidc-provider';
import { callbackPath, routes, signInPath, signInsPath } from '../paths.ts';
import { createRateLimit, type RateLimit } from '../rate-limit.ts';

type Context = Parameters<Middleware>[0];

/** Of one caller in a minute. */
const MAX_REGISTRATIONS = 20;
const MAX_SIGN_INS = 60;
const MAX_DOCUMENTS = 60;

type CallerOf = (ctx: Pick<Context, 'req'>) => readonly string[];

const tooMany = (wait: number) => `Too many requests from one address: try again in ${wait} seconds`;

/** Seconds, where nobody says better. */
const RETRY_AFTER_SECONDS = 5;

/** Endpoints that clients in a browser ask (Fetch standard, "CORS protocol"); none of them looks at cookies. */
const CROSS_ORIGIN_PATHS: readonly string[] = [
  routes.token,
  routes.registration,
  routes.revocation,
  routes.jwks,
];

const EXACT_PATHS: readonly string[] = [...Object.values(routes), callbackPath, signInsPath];

/** What has an id at its end: the page of consent, and where oidc-provider goes on after it. */
const PATHS_WITH_ID: readonly string[] = [signInPath(''), `${routes.authorization}/`];

/** How long a browser may remember a preflight's answer, in seconds. */
const PREFLIGHT_LIFETIME_SECONDS = 3_600;

/**
 * Takes each path as it is spelled alone: oidc-provider also takes `/oauth/AUTHORIZE` and `/oauth/register/`, which
 * would pass by whatever is done here for an endpoint.
 */
export const refuseOtherSpellings: Middleware = async (ctx, next) => {
  const { path } = ctx;
  if (EXACT_PATHS.includes(path) || PATHS_WITH_ID.some((start) => path.startsWith(start) && path !== start))
    return next();
};

/** Lets clients of any origin read what clients fetch, without credentials; pages are for none. */
export const allowCrossOrigin: Middleware = async (ctx, next) => {
  if (!CROSS_ORIGIN_PATHS.includes(ctx.path)) return next();
  ctx.set('Access-Control-Allow-Origin', '*');
  ctx.set('Access-Control-Expose-Headers', 'WWW-Authenticate,Retry-After');
  if (ctx.method !== 'OPTIONS') return next();
  ctx.set('Access-Control-Allow-Methods', 'GET,POST');
  // The wildcard does not cover Authorization (Fetch standard, "CORS non-wildcard request-header name").
  ctx.set('Access-Control-Allow-Headers', 'Authorization,*');
  ctx.set('Access-Control-Max-Age', String(PREFLIGHT_LIFETIME_SECONDS));
  ctx.status = 204;
};

/** Refuses what one caller sends too much of: registrations, and what begins a sign-in. */
export function limitRates(callerOf: CallerOf, logger: WarningLogger): Middleware {
  const registrations = createRateLimit(MAX_REGISTRATIONS);
  const authorizations = createRateLimit(MAX_SIGN_INS);
  const signIns = createRateLimit(MAX_SIGN_INS);
  const limitOf = ({ method, path }: Context): RateLimit | undefined => {
    if (path === routes.authorization) return authorizations;
    if (method !== 'POST') return undefined;
    if (path === routes.registration) return registrations;
    return path === signInsPath || path.startsWith(signInPath('')) ? signIns : undefined;
  };
  return async (ctx, next) => {
    const wait = limitOf(ctx)?.exceededBy(callerOf(ctx));
    if (wait === undefined) return next();
    const description = tooMany(wait);
    logger.warn({ reason: 'rate_limited' }, `${ctx.method} ${ctx.path}: ${description}`);
    ctx.set('Retry-After', String(wait));
    ctx.status = 429;
    if (ctx.accepts('json', 'html') === 'html') {
      ctx.set(pageHeaders);
      ctx.body = errorPage('Not now', description);
      return;
    }
    ctx.body = { error: 'temporarily_unavailable', error_description: description };
  };
}

/**
 * Bounds what one caller has this server fetch: documents of clients that it does not know yet, which every endpoint
 * that takes a client id asks for.
 */
export function limitDocuments(callerOf: CallerOf) {
  const documents = createRateLimit(MAX_DOCUMENTS);
  return (ctx: Pick<Context, 'req' | 'set'> | undefined): boolean => {
    // Of a request that began before.
    if (ctx === undefined) return true;
    const wait = documents.exceededBy(callerOf(ctx));
    if (wait === undefined) return true;
    ctx.set('Retry-After', String(wait));
    const error = new errors.CustomOIDCProviderError('temporarily_unavailable', tooMany(wait));
    throw Object.assign(error, { status: 429, statusCode: 429 });
  };
}

/** Says in each answer that asks a client to wait for how long. */
export const sayWhenToRetry: Middleware = async (ctx, next) => {
  await next();
  if (ctx.status === 503 && !ctx.response.get('Retry-After'))
    ctx.set('Retry-After', String(RETRY_AFTER_SECONDS));
};

/**
 * Takes exactly one `resource` (RFC 8707 §2): oidc-provider grants each of several, and a token is for one.
 */
export const requireOneResource: Middleware = async (ctx, next) => {
  if (ctx.path !== routes.authorization || !Array.isArray(ctx.query.resource)) return next();
  const [first] = ctx.query.resource;
  // Of two that are the same nothing is lost; of others oidc-provider refuses the one that is none.
  const same = ctx.query.resource.every((resource) => resource === first);
  ctx.query = { ...ctx.query, resource: same && first !== undefined ? first : 'urn:several-resources' };
  return next();
};
