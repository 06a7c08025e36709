import { isPostedByOwnPage, type Middleware, pageHeaders, readForm } from '@mcp-whoami/authorization-server';
import { quote } from '@mcp-whoami/provider';
import type { Store } from '@mcp-whoami/store';
import { z } from 'zod';
import { signInsPath } from '../paths.ts';
import { askStore } from '../unavailable.ts';
import { type Context, createStop, goTo, show, showFailure } from './answers.ts';
import { signInsEntryPage, signInsPage, type Visitor } from './pages.ts';
import type { SignInParts } from './sign-in-parts.ts';

/** How long a person is signed in on the page, in seconds. */
const VISIT_LIFETIME_SECONDS = 10 * 60;

const KIND = 'visit';

export interface PersonalPageOptions extends Omit<SignInParts, 'outcomes'> {
  store: Store;
}

const visitor = z.object({ subject: z.string(), name: z.string() });

/** The page on which a person sees, and ends, what they granted. */
export interface PersonalPage {
  middleware: Middleware;
  /** Takes a person back from the IdP. */
  enter(ctx: Context, browser: string, visitor: Visitor): Promise<void>;
}

export function createPersonalPage(options: PersonalPageOptions): PersonalPage {
  const { store, upstream, pending, browsers, forms, grants, publicUrl, logger } = options;
  const url = `${publicUrl}${signInsPath}`;
  const stop = createStop(logger);
  const visitorIn = (browser: string) =>
    askStore(async () => {
      const record = await store.get({ kind: KIND, id: browser });
      return record && visitor.parse(JSON.parse(record.value));
    });

  async function list(ctx: Context, browser: string): Promise<void> {
    const found = await visitorIn(browser);
    const enterToken = forms.tokenOf('enter', browser);
    if (found === undefined) return show(ctx, 200, signInsEntryPage(upstream.title, enterToken));
    const granted = await grants.listOf(found.subject);
    const latestFirst = granted.toSorted((one, other) => other.lastUsed - one.lastUsed);
    const listed = latestFirst.map((grant) => ({
      ...grant,
      formToken: forms.tokenOf('end', browser, grant.grantId),
    }));
    return show(ctx, 200, signInsPage(found, upstream.title, listed, enterToken));
  }

  async function post(ctx: Context, browser: string): Promise<void> {
    if (!isPostedByOwnPage(ctx.req, new URL(publicUrl).origin))
      return stop(ctx, 403, 'form_foreign', 'The form came from a page of another origin.');
    const form = await readForm(ctx.req);
    const grantId = form?.get('grant') ?? undefined;
    const about = grantId === undefined ? ['enter', browser] : ['end', browser, grantId];
    if (form === undefined || !forms.isTokenOf(form.get('token'), ...about))
      return stop(ctx, 400, 'form_invalid', 'This page is out of date.', url);
    if (grantId === undefined) return goTo(ctx, await pending.begin({ browser }));
    const subject = (await visitorIn(browser))?.subject;
    const access = await grants.find(grantId);
    if (subject !== undefined && access?.subject === subject) {
      await grants.end(grantId);
      logger.warn({ reason: 'grant_ended' }, `${quote(subject)} ended the access of a client`);
    }
    return goTo(ctx, url);
  }

  return {
    middleware: async (ctx, next) => {
      if (ctx.path !== signInsPath) return next();
      ctx.set(pageHeaders);
      try {
        const browser = browsers.ensure(ctx);
        if (ctx.method === 'GET' || ctx.method === 'HEAD') return await list(ctx, browser);
        if (ctx.method === 'POST') return await post(ctx, browser);
        ctx.set('Allow', 'GET, HEAD, POST');
        return stop(ctx, 405, 'method_not_allowed', 'This page takes forms by POST.', url);
      } catch (error) {
        return showFailure(ctx, error, url, options);
      }
    },
    enter: async (ctx, browser, visitor) => {
      const value = JSON.stringify(visitor);
      await askStore(() => store.put({ kind: KIND, id: browser, value, lifetime: VISIT_LIFETIME_SECONDS }));
      return goTo(ctx, url);
    },
  };
}
