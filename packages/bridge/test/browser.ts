import { CookieJar } from 'tough-cookie';

/** What a browser got: a page, a redirect, or, where it left for a program, nothing but the URL. */
export interface Answer {
  url: URL;
  /** 0 where the browser left. */
  status: number;
  headers: Headers;
  html: string;
  /** Where it is sent next. */
  location: URL | undefined;
}

export type Browser = ReturnType<typeof openBrowser>;
export type Tab = ReturnType<typeof openTab>;

/** What a browser of these tests knows of the world. */
export interface World {
  /** Where the bridge really listens, and as what it is known. */
  origin: string;
  publicUrl: string;
  github: { origin: string };
}

const MAX_REDIRECTS = 10;

/** Makes one step of a browser with these cookies, which finds a server where `reach` says. */
const createAsk =
  (cookies: CookieJar, reach = ({ href }: URL) => href) =>
  async (target: URL | string, init: RequestInit = {}): Promise<Answer> => {
    const url = new URL(target);
    const cookie = await cookies.getCookieString(url.href);
    const response = await fetch(reach(url), {
      ...init,
      redirect: 'manual',
      headers: { accept: 'text/html', ...(cookie ? { cookie } : {}), ...init.headers },
    });
    for (const line of response.headers.getSetCookie()) await cookies.setCookie(line, url.href);
    const location = response.headers.get('location');
    return {
      url,
      status: response.status,
      headers: response.headers,
      html: await response.text(),
      location: location === null ? undefined : new URL(location, url),
    };
  };

const newCookies = () => new CookieJar(undefined, { prefixSecurity: 'strict' });

/** A browser that takes one step at a time, at servers that are where their URLs say. */
export function openTab(cookies = newCookies()) {
  const ask = createAsk(cookies);
  /** A GET, or the POST of a form. */
  const go = (
    to: URL | string,
    { form, headers = {} }: { form?: Record<string, string>; headers?: Record<string, string> } = {},
  ): Promise<Answer> =>
    ask(to, { headers, ...(form && { method: 'POST', body: new URLSearchParams(form) }) });

  /** Follows redirects, up to a page or to a URL that begins so. */
  const follow = async (page: Answer, until?: string): Promise<Answer> => {
    if (page.location === undefined || (until !== undefined && page.location.href.startsWith(until)))
      return page;
    return follow(await go(page.location), until);
  };

  return {
    cookies,
    go,
    follow,
    open: async (url: URL | string, until?: string) => follow(await go(url), until),
  };
}

/** A browser with cookies of its own that knows a bridge by its public URL, and leaves for programs. */
export function openBrowser({ origin, publicUrl, github }: World) {
  const cookies = newCookies();
  const publicOrigin = new URL(publicUrl).origin;
  const ask = createAsk(cookies, (url) =>
    url.origin === publicOrigin ? new URL(url.pathname + url.search, origin).href : url.href,
  );

  /** Follows redirects to a page, or to where the browser leaves for a program. */
  const open = async (target: URL | string): Promise<Answer> => {
    let answer = await ask(target);
    for (let redirects = 0; answer.location !== undefined && redirects < MAX_REDIRECTS; redirects += 1) {
      const { location } = answer;
      if (location.origin !== publicOrigin && location.origin !== github.origin)
        return { ...answer, url: location, status: 0, html: '', location: undefined };
      answer = await ask(location);
    }
    return answer;
  };

  return {
    cookies,
    ask,
    open,
    /** Presses a button of the page of consent, and stays at what that answers. */
    press: (
      page: Answer,
      choice: 'continue' | 'cancel' = 'continue',
      { token = formTokenOf(page), headers = {} }: { token?: string; headers?: Record<string, string> } = {},
    ): Promise<Answer> =>
      ask(page.url, {
        method: 'POST',
        headers: { origin: publicOrigin, 'sec-fetch-site': 'same-origin', ...headers },
        body: new URLSearchParams({ token, choice }),
      }),
  };
}

/** The hidden fields of each form of a page. */
export function formsOf({ html }: Pick<Answer, 'html'>): Record<string, string>[] {
  return [...html.matchAll(/<form[\s\S]*?<\/form>/g)].map(([form]) =>
    Object.fromEntries(
      [...form.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
        name,
        value,
      ]),
    ),
  );
}

/** Presses Continue, or another button, on the page of consent. */
export function choose(tab: Tab, page: Answer, choice = 'continue'): Promise<Answer> {
  return tab.go(page.url, { form: { ...formsOf(page)[0], choice } });
}

export function formTokenOf(page: Answer): string {
  return formsOf(page)[0]?.token ?? '';
}

/** Where an answer sends the browser. */
export function locationOf({ location, status, html }: Answer): URL {
  if (location === undefined) throw new Error(`no redirect: ${status} ${html}`);
  return location;
}

/** The addresses of a page's links. */
export function linksOf({ html }: Answer): string[] {
  return [...html.matchAll(/<a href="([^"]*)"/g)].map(([, href = '']) => href);
}
