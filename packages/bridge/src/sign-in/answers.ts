import type { Middleware } from '@mcp-whoami/authorization-server';
import type { WarningLogger } from '@mcp-whoami/provider';
import { errors } from 'oidc-provider';
import { TemporarilyUnavailableError } from '../unavailable.ts';
import { isUpstreamError } from '../upstream/errors.ts';
import { retryPage } from './pages.ts';

export type Context = Parameters<Middleware>[0];

/** Sends the browser on. */
export function goTo(ctx: Context, url: string): void {
  ctx.status = 303;
  ctx.redirect(url);
}

/** Answers with a page. */
export function show(ctx: Context, status: number, html: string): void {
  ctx.status = status;
  ctx.body = html;
}

/** Makes what refuses a request: with a page that says why, and a line in the log. */
export function createStop(logger: WarningLogger) {
  return (ctx: Context, status: number, reason: string, why: string, again?: string): void => {
    logger.warn({ reason }, `${ctx.method} of a page of sign-in: ${why}`);
    show(ctx, status, retryPage('Sign-in stopped', why, again));
  };
}

/** Answers with why the IdP cannot be asked, or what it refuses; another error is thrown. */
export async function showFailure(
  ctx: Context,
  error: unknown,
  again: string | undefined,
  { logger, upstream }: { logger: WarningLogger; upstream: { title: string } },
): Promise<void> {
  if (error instanceof TemporarilyUnavailableError) {
    logger.warn({ reason: 'store_unavailable' }, error.logMessage);
    ctx.set('Retry-After', String(error.retryAfter));
    return show(ctx, 503, retryPage('Not now', `${error.error_description}. Try again in a moment.`, again));
  }
  if (error instanceof errors.OIDCProviderError && error.expose) {
    const { message, error_description: description } = error;
    logger.warn({ reason: message }, description ?? message);
    return show(ctx, error.status, retryPage('Sign-in stopped', description ?? message, again));
  }
  if (!isUpstreamError(error)) throw error;
  logger.warn({ reason: error.code }, `sign-in at ${upstream.title}: ${error.logMessage}`);
  if (error.code === 'upstream_unavailable' || error.code === 'upstream_misconfigured') {
    ctx.set('Retry-After', String(error.retryAfter));
    return show(ctx, 503, retryPage(`${upstream.title} cannot be asked now`, error.message, again));
  }
  return show(ctx, 400, retryPage('Sign-in stopped', error.message, again));
}
