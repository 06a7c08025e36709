import { adaAtGithub } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { type Answer, formTokenOf, locationOf, openBrowser } from './browser.ts';
import { knownClient, registerClient, tokensOf } from './client.ts';
import { clientId, serveClientDocument } from './client-document.ts';
import { startWithGithub } from './github.ts';

/** A bridge, a client of it, and a browser in which Ada is signed in at GitHub. */
async function begin(metadata: object = {}, options: Parameters<typeof startWithGithub>[0] = {}) {
  const bridge = await startWithGithub(options, { signInAs: adaAtGithub });
  const client = await registerClient(bridge.publicUrl, metadata);
  const browser = openBrowser(bridge);
  const begun = await client.begin();
  const page = await browser.open(begun.url);
  return { bridge, client, browser, begun, page, [Symbol.asyncDispose]: () => bridge[Symbol.asyncDispose]() };
}

const isConsent = ({ status, url, html }: Answer) =>
  status === 200 && url.pathname.startsWith('/oauth/sign-in/') && html.includes('asks for access');

describe('asks for consent', () => {
  it.each(['registered itself', 'has a document (CIMD), whose id every server knows'])(
    'each time, of a person and a client that consented before: one that %s (GHSA-6x8h-498w-gv8c)',
    async (kind) => {
      await using _ = await serveClientDocument();
      await using bridge = await startWithGithub({}, { signInAs: adaAtGithub });
      const { publicUrl } = bridge;
      const client = await (kind.startsWith('registered')
        ? registerClient(publicUrl)
        : knownClient(publicUrl, clientId));
      const browser = openBrowser(bridge);
      const first = await client.begin();
      const back = await browser.open(locationOf(await browser.press(await browser.open(first.url))));
      await tokensOf(await client.redeem(back.url, first));
      bridge.github.requests.clear();

      const again = await browser.open((await client.begin()).url);

      expect(again).toSatisfy(isConsent);
      expect(bridge.github.requests).toHaveLength(0);
    },
  );

  it('before the IdP hears anything, and makes its `state` only then (GHSA-c2jp-c369-7pvx)', async () => {
    await using flow = await begin();
    const { bridge, browser, page, begun } = flow;
    expect(page).toSatisfy(isConsent);
    await browser.open(page.url);
    expect(bridge.github.requests).toHaveLength(0);

    const upstream = locationOf(await browser.press(page));

    expect(upstream.href).toContain(bridge.github.authorizationEndpoint);
    expect(upstream.searchParams.get('state')).toMatch(/^[\w-]{43}$/);
    expect(upstream.searchParams.get('state')).not.toBe(begun.state);
    expect(page.html).not.toContain(upstream.searchParams.get('state'));
    expect(upstream.searchParams.has('resource')).toBe(false);
  });
});

describe('takes no choice that was forged (#3519)', () => {
  const foreign = 'http://localhost:1';

  it.each<[string, { token?: string; headers?: Record<string, string> }, number]>([
    ['without the token of the form', { token: '' }, 400],
    ['with a token that it did not make', { token: 'A'.repeat(43) }, 400],
    ['from another origin', { headers: { origin: foreign, 'sec-fetch-site': 'cross-site' } }, 403],
    ['from an opaque origin', { headers: { origin: 'null', 'sec-fetch-site': 'cross-site' } }, 403],
    ['from another port of the same host', { headers: { 'sec-fetch-site': 'same-site' } }, 403],
    ['from another port of the same host, told by Origin alone', { headers: { origin: foreign } }, 403],
  ])('%s', async (_, forged, status) => {
    await using flow = await begin();
    const { bridge, browser, page } = flow;

    const answer = await browser.press(page, 'continue', forged);

    expect(answer).toMatchObject({ status, location: undefined });
    expect(bridge.github.requests).toHaveLength(0);
    expect(bridge.logs).toContainEqual(
      expect.objectContaining({ reason: status === 403 ? 'form_foreign' : 'form_invalid' }),
    );
    expect(locationOf(await browser.press(page)).href).toContain(bridge.github.origin);
  });

  it('with the token of another request of the same browser', async () => {
    await using flow = await begin();
    const other = await flow.browser.open((await flow.client.begin()).url);
    const answer = await flow.browser.press(flow.page, 'continue', { token: formTokenOf(other) });
    expect(answer).toMatchObject({ status: 400, location: undefined });
  });

  it('from another browser, be it one with a request of its own', async () => {
    await using flow = await begin();
    const { bridge, page } = flow;
    const other = openBrowser(bridge);
    expect(await other.press(page)).toMatchObject({ status: 400, location: undefined });
    await other.open((await flow.client.begin()).url);
    expect(await other.press(page)).toMatchObject({ status: 400, location: undefined });
    expect(await other.open(page.url)).toMatchObject({ status: 400 });
    expect(bridge.logs.map(({ reason }) => reason)).toEqual(Array(3).fill('interaction_unknown'));
  });

  it('and none by GET', async () => {
    await using flow = await begin();
    const url = new URL(flow.page.url);
    url.search = new URLSearchParams({ token: formTokenOf(flow.page), choice: 'continue' }).toString();
    expect(await flow.browser.open(url)).toSatisfy(isConsent);
  });
});

describe('a page that is used as people use pages', () => {
  it('works after it was fetched any number of times, at once and again (#4814)', async () => {
    await using flow = await begin();
    const { browser, page, client, begun } = flow;
    await Promise.all(Array.from({ length: 5 }, () => browser.open(page.url)));
    await browser.ask(page.url, { method: 'HEAD' });
    const back = await browser.open(locationOf(await browser.press(page)));
    expect((await client.redeem(back.url, begun)).status).toBe(200);
  });

  it('works when Continue is pressed twice, and after going back', async () => {
    await using flow = await begin();
    const { browser, page, client, begun } = flow;
    const [first, second] = [await browser.press(page), await browser.press(page)].map(locationOf);
    expect(first?.searchParams.get('state')).not.toBe(second?.searchParams.get('state'));
    const third = locationOf(await browser.press(await browser.open(page.url)));

    const back = await browser.open(third);

    expect((await client.redeem(back.url, begun)).status).toBe(200);
    // What is left of the others gives nothing more.
    expect(await browser.open(first ?? '')).toMatchObject({ status: 400 });
  });

  it('works in several tabs, in any order', async () => {
    await using flow = await begin();
    const { browser, client } = flow;
    const begun = await Promise.all(Array.from({ length: 4 }, () => client.begin()));
    const pages = await Promise.all(begun.map(({ url }) => browser.open(url)));
    const upstream = await Promise.all(pages.map((page) => browser.press(page)));
    for (const index of [2, 0, 3, 1]) {
      const [request, answer] = [begun[index], upstream[index]];
      if (request === undefined || answer === undefined) throw new Error('there are four');
      const back = await browser.open(locationOf(answer));
      expect(back.url.searchParams.get('state')).toBe(request.state);
      expect((await client.redeem(back.url, request)).status).toBe(200);
    }
  });

  it('tells the client of Cancel, and the IdP nothing', async () => {
    await using flow = await begin();
    const { bridge, browser, page, begun } = flow;
    const back = await browser.open(locationOf(await browser.press(page, 'cancel')));
    expect(Object.fromEntries(back.url.searchParams)).toEqual({
      error: 'access_denied',
      error_description: expect.any(String),
      iss: bridge.publicUrl,
      state: begun.state,
    });
    expect(bridge.github.requests).toHaveLength(0);
    expect(await browser.open(page.url)).toMatchObject({ status: 400 });
  });

  it('posts to itself behind a path of the host too (#2382)', async () => {
    await using bridge = await startWithGithub({ path: '/tools' }, { signInAs: adaAtGithub });
    const client = await registerClient(bridge.publicUrl);
    const browser = openBrowser(bridge);
    const begun = await client.begin();
    const page = await browser.open(begun.url);
    expect(page.url.pathname).toMatch(/^\/tools\/oauth\/sign-in\//);
    expect(page.html).toContain('<form method="post">');
    const back = await browser.open(locationOf(await browser.press(page)));
    expect((await client.redeem(back.url, begun)).status).toBe(200);
  });

  it.each([
    'cursor://anysphere.cursor-mcp/oauth/callback',
    'vscode://vscode.microsoft-authentication/callback',
    'com.example.app:/callback',
    'https://client.example.com/callback',
  ])('ends at %s (#2305)', async (redirectUri) => {
    await using bridge = await startWithGithub({}, { signInAs: adaAtGithub });
    const client = await registerClient(bridge.publicUrl, { redirect_uris: [redirectUri] });
    const browser = openBrowser(bridge);
    const begun = await client.begin({ redirect_uri: redirectUri });
    const back = await browser.open(locationOf(await browser.press(await browser.open(begun.url))));
    expect(back.url.href).toMatch(new RegExp(`^${redirectUri}\\?code=`));
    expect((await client.redeem(back.url, begun)).status).toBe(200);
  });
});

describe('shows', () => {
  it('the name as text, without what hides in it (#3418)', async () => {
    const name = '<img src=x onerror=alert(1)>"\'&\u202Egpj.exe\u2066\u0007\u200B\u2028 A program';
    await using flow = await begin({ client_name: name });
    const { html } = flow.page;
    expect(html).toContain(
      '&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;gpj.exe A program asks for access',
    );
    expect(html).not.toMatch(/<img|\p{Cf}|\p{Zl}|[^\P{Cc}\n]/u);
  });

  it('80 characters of a name of 10,000 (#3418)', async () => {
    await using flow = await begin({ client_name: 'n'.repeat(10_000) });
    expect(/n{50,}…/.exec(flow.page.html)?.[0]).toHaveLength(80);
  });

  it('that a name is what a client says of itself, the resource, the scopes, and where the code goes', async () => {
    await using flow = await begin();
    const { bridge, page } = flow;
    expect(page.html).toContain('nobody has checked it');
    expect(page.html).toContain(`<strong>${bridge.resource}</strong>`);
    expect(page.html).toContain('<li>your e-mail address <span class="note">(email)</span></li>');
    expect(page.html).toContain('<strong>http://127.0.0.1:49152</strong>, a program on this computer');
    expect(page.html).toContain('Continue with GitHub');
  });

  it('a warning where the code goes to this computer, and none where it goes to a host', async () => {
    const redirectUri = 'https://client.example.com/callback';
    // As Cursor registers.
    const local = ['http://localhost:8787/callback', 'cursor://anysphere.cursor-mcp/oauth/callback'];
    await using flow = await begin({ redirect_uris: [redirectUri, ...local] });
    const { browser, client } = flow;
    const pageOf = async (uri: string) =>
      (await browser.open((await client.begin({ redirect_uri: uri })).url)).html;
    for (const uri of local)
      expect(await pageOf(uri)).toMatch(
        /program on this computer[\s\S]*only if you have just started it yourself/,
      );
    const html = await pageOf(redirectUri);
    expect(html).toContain('<strong>https://client.example.com</strong>');
    expect(html).not.toContain('class="advice"');
  });

  it('the domain of a client that is known by its document', async () => {
    await using _ = await serveClientDocument({ client_name: 'Claude' });
    await using bridge = await startWithGithub();
    const client = await knownClient(bridge.publicUrl, clientId);
    const { html } = await openBrowser(bridge).open((await client.begin()).url);
    expect(html).toContain('<h1>Claude asks for access</h1>');
    expect(html).toContain('described by a document at <strong>client.example.com</strong>');
  });
});

it('is framed by nobody, kept by nobody, and says where it was to nobody', async () => {
  await using flow = await begin();
  const { browser, page } = flow;
  const stopped = await browser.press(page, 'continue', { token: '' });
  for (const { headers } of [page, stopped]) {
    const policy = headers.get('content-security-policy');
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("default-src 'none'");
    // Browsers apply it to where the form leads in the end: the IdP, `cursor://…` (#2305).
    expect(policy).not.toContain('form-action');
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
  }
});
