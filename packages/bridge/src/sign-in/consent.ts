import { isPostedByOwnPage, type Middleware, pageHeaders, readForm } from '@mcp-whoami/authorization-server';
import { errors, type Provider } from 'oidc-provider';
import { z } from 'zod';
import { donePath, signInPath } from '../paths.ts';
import { type Context, createStop, goTo, show, showFailure } from './answers.ts';
import { consentPage } from './pages.ts';
import type { SignInParts } from './sign-in-parts.ts';

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

const FOREIGN = 'The choice came from a page of another origin.';
const GONE = 'This sign-in is over, or was begun in another browser. Start again from your program.';

/** The parameters of an authorization request as oidc-provider has validated them. */
const authorizationRequest = z.object({
  client_id: z.string(),
  redirect_uri: z.string(),
  scope: z.string().transform((scope) => scope.split(' ')),
  resource: z.union([z.string().transform((resource) => [resource]), z.array(z.string())]),
});

/**
 * Asks for consent, each time and before the IdP hears anything; sends the browser there only after it; and ends the
 * authorization request once it is back.
 */
export function createConsent(options: SignInParts & { provider: Provider }): Middleware {
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
    const browser = browsers.find(ctx);
    const outcome = browser && (await outcomes.take({ interaction: interaction.uid, browser }));
    if (!browser || !outcome) {
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
    // Each prompt that a client may ask for has its answer, or the page would come again.
    return resume(ctx, { login: { accountId: subject }, consent: { grantId, browser }, select_account: {} });
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
