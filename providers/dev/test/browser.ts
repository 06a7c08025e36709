/** As much of a browser as a sign-in needs: cookies by path, and redirects followed within one origin. */
export function openBrowser() {
  const cookies = new Map<string, { pair: string; path: string }>();

  async function request(url: string, init: RequestInit = {}): Promise<Response> {
    const { pathname } = new URL(url);
    const sent = [...cookies.values()].filter(({ path }) => pathname.startsWith(path));
    const headers = new Headers(init.headers);
    headers.set('cookie', sent.map(({ pair }) => pair).join('; '));
    headers.set('accept', 'text/html');
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split('; ');
      const path = attributes.find((attribute) => attribute.startsWith('path='))?.slice(5) ?? '/';
      const key = `${pair.split('=')[0]} ${path}`;
      if (line.includes('expires=Thu, 01 Jan 1970')) cookies.delete(key);
      else cookies.set(key, { pair, path });
    }
    return response;
  }

  /** Follows redirects while they stay on the origin; the result is a page, or the URL of another origin. */
  async function open(url: string, init?: RequestInit): Promise<{ url: string; page?: Response }> {
    const response = await request(url, init);
    const location = response.headers.get('location');
    if (!location) return { url, page: response };
    const target = new URL(location, url);
    return target.origin === new URL(url).origin ? open(target.href) : { url: target.href };
  }

  return { request, open };
}
