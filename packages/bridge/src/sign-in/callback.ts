import { type Middleware, pageHeaders } from '@mcp-whoami/authorization-server';
import type { Admission } from '../admission.ts';
import { callbackPath, donePath, signInPath, signInsPath } from '../paths.ts';
import { isUpstreamError } from '../upstream/errors.ts';
import type { SignedIn } from '../upstream/sign-in.ts';
import { type Context, createStop, goTo, show, showFailure } from './answers.ts';
import type { Outcome, SignInPlace } from './outcomes.ts';
import { retryPage, strangerPage } from './pages.ts';
import type { Pending } from './pending.ts';
import type { SignInParts } from './sign-in-parts.ts';

const OVER =
  'This sign-in is over, or was begun in another browser. Start again from your program; nothing was given to it.';

export interface CallbackOptions extends Omit<SignInParts, 'forms' | 'grants'> {
  admission: Admission;
  /** Takes a person to their own page. */
  enterPersonalPage(ctx: Context, browser: string, visitor: { subject: string; name: string }): Promise<void>;
}

/**
 * Takes the browser back from the IdP: only the one that was sent there, with a state that is used once. Then the
 * identity is proved, and looked at whether that person may come.
 */
export function createCallback(options: CallbackOptions): Middleware {
  const { upstream, pending, outcomes, browsers, admission, publicUrl, logger } = options;
  const redirectUri = `${publicUrl}${callbackPath}`;
  const stop = createStop(logger);

  return async (ctx, next) => {
    if (ctx.path !== callbackPath) return next();
    ctx.set(pageHeaders);
    // HEAD too: whoever only looks would use up the state.
    if (ctx.method !== 'GET') {
      ctx.set('Allow', 'GET');
      return stop(ctx, 405, 'method_not_allowed', OVER);
    }
    const answer = new URLSearchParams(ctx.querystring);
    try {
      const flow = await takePending(ctx, answer);
      if (flow === undefined) return show(ctx, 400, retryPage('Sign-in stopped', OVER, undefined));
      return await receive(ctx, answer, flow);
    } catch (error) {
      return showFailure(ctx, error, undefined, options);
    }
  };

  /** The sign-in that an answer belongs to, if it was begun in this browser. */
  async function takePending(ctx: Context, answer: URLSearchParams): Promise<Pending | undefined> {
    const [state, ...others] = answer.getAll('state');
    const flow =
      state === undefined || others.length > 0 ? 'unknown' : await pending.take(state, browsers.find(ctx));
    if (typeof flow === 'object') return flow;
    const [reason, message] =
      flow === 'unknown'
        ? [
            'state_unknown',
            'with no `state` that is pending: used, older than ten minutes, or of another server',
          ]
        : ['other_browser', 'in another browser than the one in which its sign-in was begun'];
    logger.warn({ reason }, `an answer of ${upstream.title} came ${message}`);
    return undefined;
  }

  async function receive(ctx: Context, answer: URLSearchParams, flow: Pending): Promise<void> {
    const { interaction, browser } = flow;
    let signedIn: SignedIn;
    try {
      signedIn = await upstream.finish(answer, { ...flow, redirectUri });
    } catch (error) {
      if (!isUpstreamError(error)) throw error;
      if (error.code === 'upstream_denied' && interaction !== undefined) {
        logger.warn({ reason: error.code }, `sign-in at ${upstream.title}: ${error.logMessage}`);
        return end(ctx, { interaction, browser }, { denied: error.message });
      }
      const again = interaction === undefined ? signInsPath : signInPath(interaction);
      return showFailure(ctx, error, `${publicUrl}${again}`, options);
    }
    const { subject, identity } = signedIn;
    const name = nameOf(signedIn);
    if (interaction === undefined) return options.enterPersonalPage(ctx, browser, { subject, name });
    if (admission.admit(subject, identity)) return end(ctx, { interaction, browser }, { signedIn });

    logger.warn(
      { reason: 'not_admitted' },
      `signed in and not among who may come: ${admission.explain(subject, identity)}`,
    );
    await outcomes.put({ interaction, browser }, { denied: 'this account has no access to this server' });
    return show(ctx, 403, strangerPage(name, upstream.title, `${publicUrl}${donePath(interaction)}`));
  }

  async function end(ctx: Context, place: SignInPlace, outcome: Outcome) {
    await outcomes.put(place, outcome);
    return goTo(ctx, `${publicUrl}${donePath(place.interaction)}`);
  }
}

/** What a person knows their account by. */
function nameOf({ subject, identity }: SignedIn): string {
  const { email, preferred_username: username } = identity.claims;
  return [email, username].find((name) => typeof name === 'string' && name !== '')?.toString() ?? subject;
}
