import { CookieJar } from 'tough-cookie';

export type Page = {
  url: URL;
  status: number;
  headers: Headers;
  html: string;
  /** Where it leads. */
  location: URL | undefined;
};

export type Sending = { form?: Readonly<Record<string, string>>; headers?: Readonly<Record<string, string>> };

/** A browser that takes one step at a time. */
export const openBrowser = (cookies = new CookieJar()) => {
  /** A GET, or the POST of a form. */
  const go = async (to: URL | string, { form, headers }: Sending = {}): Promise<Page> => {
    const url = new URL(to);
    const cookie = await cookies.getCookieString(url.href);
    const response = await fetch(url, {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      headers: { accept: 'text/html', ...(cookie && { cookie }), ...headers },
      ...(form && { body: new URLSearchParams(form) }),
    });
    for (const line of response.headers.getSetCookie())
      await cookies.setCookie(line, url.href, { ignoreError: true });
    const location = response.headers.get('location');
    return {
      url,
      status: response.status,
      headers: response.headers,
      html: await response.text(),
      location: location === null ? undefined : new URL(location, url),
    };
  };

  /** Follows redirects, up to a page or to a URL that begins so. */
  const follow = async (page: Page, until?: string): Promise<Page> => {
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
};

export type Browser = ReturnType<typeof openBrowser>;

/** The hidden fields of each form of a page. */
export const formsOf = ({ html }: Pick<Page, 'html'>): Record<string, string>[] =>
  [...html.matchAll(/<form[\s\S]*?<\/form>/g)].map(([form]) =>
    Object.fromEntries(
      [...form.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
        name,
        value,
      ]),
    ),
  );

/** Presses Continue, or another button, on the page of consent. */
export const choose = (browser: Browser, page: Page, choice = 'continue'): Promise<Page> =>
  browser.go(page.url, { form: { ...formsOf(page)[0], choice } });
