import { isPostedByOwnPage, type Middleware, pageHeaders, readForm } from '@mcp-whoami/authorization-server';
import type { WarningLogger } from '@mcp-whoami/provider';
import { errors, type Provider } from 'oidc-provider';
import { z } from 'zod';
import type { Grants } from '../grants/grants.ts';
import { donePath, signInPath } from '../paths.ts';
import { TemporarilyUnavailableError } from '../unavailable.ts';
import { isUpstreamError } from '../upstream/errors.ts';
import type { UpstreamClient } from '../upstream/upstream-client.ts';
import type { BrowserCookie } from './browser-cookie.ts';
import type { FormTokens } from './form-token.ts';
import type { Outcomes } from './outcomes.ts';
import { consentPage, retryPage } from './pages.ts';
import type { PendingSignIns } from './pending.ts';

export type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;
type Context = Parameters<Middleware>[0];

const FOREIGN = 'The choice came from a page of another origin.';
const GONE = 'This sign-in is over, or was begun in another browser. Start again from your program.';

/** The parameters of an authorization request as oidc-provider has validated them. */
const authorizationRequest = z.object({
  client_id: z.string(),
  redirect_uri: z.string(),
  scope: z.string().transform((scope) => scope.split(' ')),
  resource: z.union([z.string().transform((resource) => [resource]), z.array(z.string())]),
});

export interface ConsentOptions {
  provider: Provider;
  upstream: UpstreamClient;
  pending: PendingSignIns;
  outcomes: Outcomes;
  grants: Grants;
  browsers: BrowserCookie;
  forms: FormTokens;
  /** Of the server, without a slash at the end. */
  publicUrl: string;
  logger: WarningLogger;
}

/**
 * Asks for consent, each time and before the IdP hears anything; sends the browser there only after it; and ends the
 * authorization request once it is back.
 */
export function createConsent(options: ConsentOptions): Middleware {
  const { provider, outcomes, grants, browsers, forms, publicUrl } = options;
  const stop = createStop(options.logger);

  return async (ctx, next) => {
    if (!ctx.path.startsWith(signInPath(''))) return next();
    ctx.set(pageHeaders);
    try {
      return await answer(ctx);
    } catch (error) {
      return await showFailure(ctx, error, undefined, options);
    }
  };

  async function answer(ctx: Context): Promise<void> {
    // Bound to this browser by oidc-provider's signed cookie, whose path is this page.
    const interaction = await findInteraction(provider, ctx);
    if (interaction !== undefined && ctx.path === donePath(interaction.uid)) return finish(ctx, interaction);
    if (interaction === undefined || ctx.path !== signInPath(interaction.uid))
      return stop(ctx, 400, 'interaction_unknown', GONE);
    if (ctx.method === 'GET' || ctx.method === 'HEAD') {
      browsers.ensure(ctx);
      return show(ctx, 200, await renderConsent(interaction));
    }
    if (ctx.method === 'POST') return choose(ctx, interaction);
    ctx.set('Allow', 'GET, HEAD, POST');
    return stop(ctx, 405, 'method_not_allowed', 'This page takes a choice by POST.');
  }

  async function renderConsent({ uid, params }: Interaction): Promise<string> {
    const request = authorizationRequest.parse(params);
    const client = await provider.Client.find(request.client_id);
    return consentPage({
      clientName: client?.clientName ?? request.client_id,
      document: request.client_id.startsWith('https://') ? request.client_id : undefined,
      redirectUri: request.redirect_uri,
      resources: request.resource,
      scopes: request.scope,
      upstream: options.upstream.title,
      formToken: forms.tokenOf('consent', uid),
    });
  }

  async function choose(ctx: Context, interaction: Interaction): Promise<void> {
    const { uid } = interaction;
    if (!isPostedByOwnPage(ctx.req, new URL(publicUrl).origin))
      return stop(ctx, 403, 'form_foreign', FOREIGN);
    const form = await readForm(ctx.req);
    const browser = browsers.find(ctx);
    if (form === undefined || browser === undefined || !forms.isTokenOf(form.get('token'), 'consent', uid))
      return stop(ctx, 400, 'form_invalid', GONE, `${publicUrl}${signInPath(uid)}`);
    if (form.get('choice') !== 'continue') return resume(ctx, denied('the user cancelled the sign-in'));
    try {
      return goTo(ctx, await options.pending.begin({ browser, interaction: uid }));
    } catch (error) {
      await showFailure(ctx, error, `${publicUrl}${signInPath(uid)}`, options);
    }
  }

  /** Ends the authorization request with what came of the sign-in at the IdP. */
  async function finish(ctx: Context, interaction: Interaction): Promise<void> {
    const outcome = await outcomes.take(interaction.uid);
    if (outcome === undefined) {
      // A browser that fetches ahead comes twice.
      if (interaction.result !== undefined) return goTo(ctx, interaction.returnTo);
      return stop(ctx, 400, 'interaction_unknown', GONE);
    }
    if ('denied' in outcome) return resume(ctx, denied(outcome.denied));
    const request = authorizationRequest.parse(interaction.params);
    const client = await provider.Client.find(request.client_id);
    const { subject } = outcome.signedIn;
    const grant = new provider.Grant({ accountId: subject, clientId: request.client_id });
    grant.addOIDCScope(request.scope.join(' '));
    for (const resource of request.resource) grant.addResourceScope(resource, request.scope.join(' '));
    const grantId = await grant.save();
    await grants.begin(grantId, outcome.signedIn, {
      clientId: request.client_id,
      clientName: client?.clientName ?? request.client_id,
    });
    return resume(ctx, { login: { accountId: subject }, consent: { grantId } });
  }

  async function resume(ctx: Context, result: object): Promise<void> {
    return goTo(ctx, await provider.interactionResult(ctx.req, ctx.res, { ...result }));
  }
}

const denied = (description: string) => ({ error: 'access_denied', error_description: description });

async function findInteraction(provider: Provider, ctx: Context): Promise<Interaction | undefined> {
  try {
    return await provider.interactionDetails(ctx.req, ctx.res);
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return undefined;
    throw error;
  }
}

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
  { logger, upstream }: Pick<ConsentOptions, 'logger' | 'upstream'>,
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
