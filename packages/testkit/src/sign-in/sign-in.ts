import { CookieJar } from 'tough-cookie';
import { type Action, chooseAction, describePage } from './page.ts';

/** Pages and redirects together; oidc-provider needs 7, Keycloak 3 to 5. */
const maxSteps = 25;

const stepTimeout = 20_000; // ms

export type SignInOptions = {
  username: string;
  /** `password` unless told. */
  password?: string;
  /** Values for further fields, by the field's name. */
  fields?: Readonly<Record<string, string>>;
  /** Where the way ends; the redirect_uri in the authorization URL unless told. */
  redirectUri?: string;
  /** A browser that is signed in already: pass the same jar again. */
  cookies?: CookieJar;
};

/** Thrown when the pages of an IdP do not lead back to the client. */
export class SignInError extends Error {
  override name = 'SignInError';
}

/**
 * A person without a browser: follows the redirects of an authorization request (RFC 6749 §4.1.1), fills in
 * the forms on the way and returns the URL that the IdP sends the browser back to, code or error in it.
 * Throws SignInError, with what the last page said, when that does not happen.
 */
export const signIn = async (authorizationUrl: URL | string, options: SignInOptions): Promise<URL> => {
  const start = new URL(authorizationUrl);
  const redirectUri = options.redirectUri ?? start.searchParams.get('redirect_uri');
  if (!redirectUri)
    throw new SignInError(`No redirect_uri in ${start.origin}${start.pathname}: where does the way end?`);
  const person = { password: 'password', fields: {}, ...options };
  const cookies = options.cookies ?? new CookieJar();

  let step: Action = { url: start, method: 'GET', form: new URLSearchParams() };
  for (let steps = 0; steps < maxSteps; steps += 1) {
    const response = await take(step, cookies);
    const location = response.headers.get('location');
    if (location && response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      const next = new URL(location, step.url);
      if (isAt(next, redirectUri)) return next;
      // RFC 9110 §15.4: only 307 and 308 keep the method.
      const keeps = response.status === 307 || response.status === 308;
      step = keeps ? { ...step, url: next } : { url: next, method: 'GET', form: new URLSearchParams() };
      continue;
    }
    const html = await response.text();
    const action = response.ok ? chooseAction(html, step.url, person) : undefined;
    if (!action) {
      throw new SignInError(`No way on from ${step.url.href} (${response.status}): ${describePage(html)}`);
    }
    if (isAt(action.url, redirectUri)) return withForm(action);
    step = action;
    if (steps === maxSteps - 2)
      throw new SignInError(`Still at ${step.url.href} after ${steps} steps: ${describePage(html)}`);
  }
  throw new SignInError(`${maxSteps} redirects, the last to ${step.url.href}.`);
};

const take = async ({ url, method, form }: Action, cookies: CookieJar): Promise<Response> => {
  const cookie = await cookies.getCookieString(url.href);
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: { accept: 'text/html', ...(cookie ? { cookie } : {}) },
    ...(method === 'POST' ? { body: form } : {}),
    signal: AbortSignal.timeout(stepTimeout),
  });
  for (const line of response.headers.getSetCookie())
    await cookies.setCookie(line, url.href, { ignoreError: true });
  return response;
};

const isAt = (url: URL, redirectUri: string): boolean => {
  const expected = new URL(redirectUri);
  return (
    url.protocol === expected.protocol && url.host === expected.host && url.pathname === expected.pathname
  );
};

/** OAuth 2.0 Form Post Response Mode: the form carries what a query would. */
const withForm = ({ url, form }: Action): URL => {
  const callback = new URL(url);
  for (const [name, value] of form) callback.searchParams.set(name, value);
  return callback;
};
