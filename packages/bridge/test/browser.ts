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

/** What a browser of these tests knows of the world. */
export interface World {
  /** Where the bridge really listens, and as what it is known. */
  origin: string;
  publicUrl: string;
  github: { origin: string };
}

const MAX_REDIRECTS = 10;

/** A browser with cookies of its own that goes one step at a time. */
export function openBrowser({ origin, publicUrl, github }: World) {
  const cookies = new CookieJar(undefined, { prefixSecurity: 'strict' });
  const publicOrigin = new URL(publicUrl).origin;

  const ask = async (target: URL | string, init: RequestInit = {}): Promise<Answer> => {
    const url = new URL(target);
    const cookie = await cookies.getCookieString(url.href);
    const { href } = url.origin === publicOrigin ? new URL(url.pathname + url.search, origin) : url;
    const response = await fetch(href, {
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

export function formTokenOf({ html }: Answer): string {
  return /name="token" value="([^"]*)"/.exec(html)?.[1] ?? '';
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
