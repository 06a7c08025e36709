import {
  type Client,
  errorPage,
  isPostedByOwnPage,
  type Middleware,
  pageHeaders,
  readForm,
} from '@mcp-whoami/authorization-server';
import { errors, type Provider } from 'oidc-provider';
import { z } from 'zod';
import { signInPage } from './sign-in-page.ts';
import type { DevelopmentUser } from './users.ts';

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

export const signInPath = (uid: string): string => `/interaction/${uid}`;

const GONE = 'This sign-in is over, or was started in another browser. Start again from your client.';

/** The parameters of an authorization request as oidc-provider has validated them. */
const authorizationRequest = z.object({
  client_id: z.string(),
  redirect_uri: z.string(),
  scope: z.string().transform((scope) => scope.split(' ')),
  resource: z.union([z.string().transform((resource) => [resource]), z.array(z.string())]),
});

/** Shows the sign-in page of a pending authorization request, and takes the choice made on it. */
export function signIn(
  provider: Provider,
  users: readonly DevelopmentUser[],
  isUnread: (client: Client) => boolean,
): Middleware {
  return async (ctx, next) => {
    if (!ctx.path.startsWith(signInPath(''))) return next();
    ctx.set(pageHeaders);
    const refuse = (status: number, detail: string) => {
      ctx.status = status;
      ctx.body = errorPage('Sign-in stopped', detail);
    };

    // Bound to this browser by the interaction's signed cookie (http only, SameSite=Lax: no form of another site
    // can bring it along). The page's path is its form token: 126 random bits that no other origin can read.
    const interaction = await provider.interactionDetails(ctx.req, ctx.res).catch((error: unknown) => {
      if (error instanceof errors.SessionNotFound) return undefined;
      throw error;
    });
    if (!interaction || ctx.path !== signInPath(interaction.uid)) return refuse(400, GONE);

    if (ctx.method === 'GET' || ctx.method === 'HEAD') {
      ctx.status = 200;
      ctx.body = await renderChoice(provider, interaction, users, isUnread);
      return;
    }
    if (ctx.method !== 'POST') {
      ctx.set('Allow', 'GET, HEAD, POST');
      return refuse(405, 'This page takes the choice of a user by POST.');
    }
    if (!isPostedByOwnPage(ctx.req, `http://${ctx.req.headers.host}`)) {
      return refuse(403, 'The choice of a user came from a page of another origin.');
    }
    if (!ctx.is('application/x-www-form-urlencoded')) return refuse(415, 'A form was expected.');
    const form = await readForm(ctx.req);
    if (!form) {
      ctx.set('Connection', 'close');
      return refuse(413, 'The form is too large.');
    }
    const choice = form.get('choice');
    const user = users.find(({ sub }) => sub === choice);
    if (!user && choice !== 'cancel') return refuse(400, 'No such user.');

    const result = user
      ? await loginAndConsent(provider, interaction, user)
      : { error: 'access_denied', error_description: 'the user cancelled the sign-in' };
    ctx.status = 303;
    ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result));
  };
}

async function renderChoice(
  provider: Provider,
  interaction: Interaction,
  users: readonly DevelopmentUser[],
  isUnread: (client: Client) => boolean,
): Promise<string> {
  const request = authorizationRequest.parse(interaction.params);
  const client = await provider.Client.find(request.client_id);
  return signInPage({
    clientName: client?.clientName ?? request.client_id,
    // Ids that are given at registration are no URLs.
    ...(client?.clientId.startsWith('https://') && {
      document: { url: client.clientId, isRead: !isUnread(client) },
    }),
    redirectUri: request.redirect_uri,
    resources: request.resource,
    scopes: request.scope,
    users,
  });
}

/** Signs the user in and grants all that was asked, both in one step. */
async function loginAndConsent(provider: Provider, interaction: Interaction, user: DevelopmentUser) {
  const request = authorizationRequest.parse(interaction.params);
  await endOtherSession(provider, interaction, user);
  const grant = new provider.Grant({ accountId: user.sub, clientId: request.client_id });
  grant.addOIDCScope(request.scope.join(' '));
  for (const resource of request.resource) grant.addResourceScope(resource, request.scope.join(' '));
  return {
    login: { accountId: user.sub },
    consent: { grantId: await grant.save() },
    select_account: {},
  };
}

/**
 * Choosing another user ends the session of the one before. Left to itself oidc-provider does that on a page that
 * submits itself by script.
 */
async function endOtherSession(provider: Provider, interaction: Interaction, user: DevelopmentUser) {
  if (!interaction.session || interaction.session.accountId === user.sub) return;
  const session = await provider.Session.findByUid(interaction.session.uid);
  await session?.destroy();
  delete interaction.session;
  await interaction.persist();
}
