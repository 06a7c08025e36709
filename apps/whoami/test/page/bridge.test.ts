import { createServer } from 'node:http';
import { adaAtGithub, freePort, serveOnLoopback, startGithubLike } from '@mcp-whoami/testkit';
import { describeChromium, type OpenPage, type Page } from '@mcp-whoami/testkit/chromium';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { startWhoami } from '../start-whoami.ts';
import { accessibilityViolations } from './axe.ts';
import { kept } from './kept.ts';
import { failureOf, pressSignIn, states, step, visit } from './visit.ts';

/** whoami, and the GitHub-like at which it signs people in. */
async function startBridge(environment: Record<string, string> = {}) {
  await using stack = new AsyncDisposableStack();
  const port = String(await freePort());
  const redirectUri = `http://localhost:${port}/oauth/callback`;
  const github = stack.use(await startGithubLike({ redirectUri }));
  const whoami = stack.use(
    await startWhoami({
      PROVIDER: 'github',
      PORT: port,
      GITHUB_URL: github.origin,
      GITHUB_CLIENT_ID: github.client.id,
      GITHUB_CLIENT_SECRET: github.client.secret,
      ...environment,
    }),
  );
  const owned = stack.move();
  return { github, whoami, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const registered = z.object({ client_id: z.string() });

/** Where a client that registers itself sends the browser. */
async function authorizationUrl(
  publicUrl: string,
  {
    name = 'A program',
    redirectUri = 'http://127.0.0.1:49152/callback',
    scope = 'openid profile email',
  } = {},
): Promise<string> {
  const response = await fetch(`${publicUrl}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: name,
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
    }),
  });
  const url = new URL(`${publicUrl}/oauth/authorize`);
  url.search = new URLSearchParams({
    client_id: registered.parse(await response.json()).client_id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope,
    state: 'the-state-of-the-client',
    // Without it offline_access is ignored (OpenID Connect Core §11).
    prompt: 'consent',
    // RFC 7636, appendix B.
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  }).toString();
  return url.href;
}

const pressContinue = (page: Page) => page.getByRole('button', { name: 'Continue with GitHub' }).click();

const signInAtGithub = (page: Page, login = 'ada') =>
  page.getByRole('button', { name: `Sign in as ${login}` }).click();

/** The answer with which the browser goes back to a client, at which nobody listens. */
const wayBack = async (page: Page, redirectUri: string) => {
  const request = await page.waitForRequest((sent) => sent.url().startsWith(redirectUri));
  return new URL(request.url()).searchParams;
};

const widths = (page: Page) => page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);

describeChromium('the page at /, over a bridge', (openPage) => {
  it('walks every step to an identity card', async () => {
    await using started = await startBridge();
    const { whoami, github } = started;
    await using visited = await visit(openPage, whoami.publicUrl);
    const { page, origins } = visited;
    await pressSignIn(page);
    await page.getByRole('heading', { name: 'asks for access' }).waitFor();
    expect(github.requests, 'GitHub hears nothing before the consent').toHaveLength(0);
    await pressContinue(page);
    await signInAtGithub(page);
    const card = page.getByRole('region', { name: 'Ada Lovelace' });
    await card.waitFor();
    expect(await states(page)).toEqual(Array(7).fill('done'));
    for (const text of ['github:1005', 'ada@example.com']) expect(await card.textContent()).toContain(text);
    expect(await step(page, 'token').textContent()).toContain(whoami.mcp);
    // Nobody but the server, and GitHub for the picture.
    expect([...origins].sort()).toEqual([whoami.publicUrl, github.origin].sort());
    expect(await kept(page)).toEqual({ cookies: '', local: [], session: [] });
  });

  it('says that the person cancelled, here and at GitHub', async () => {
    await using started = await startBridge();
    await using visited = await visit(openPage, started.whoami.publicUrl);
    const { page } = visited;
    await pressSignIn(page);
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await failureOf(page, 'authorization')).toContain('said access_denied');
    await pressSignIn(page);
    await pressContinue(page);
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await failureOf(page, 'authorization')).toContain('said access_denied');
  });

  it('names the setting for a scope that clients are not told to ask for', async () => {
    await using started = await startBridge({ GITHUB_REQUIRED_SCOPES: 'mcp:whoami' });
    await using visited = await visit(openPage, started.whoami.publicUrl);
    const { page } = visited;
    await pressSignIn(page);
    await pressContinue(page);
    await signInAtGithub(page);
    expect(await failureOf(page, 'call')).toContain('add it to GITHUB_SCOPES, and restart the server');
  });

  it('takes a stranger back from the page that says so', async () => {
    await using started = await startBridge({ ALLOWED_GROUPS: 'org:acme' });
    await using visited = await visit(openPage, started.whoami.publicUrl);
    const { page } = visited;
    await pressSignIn(page);
    await pressContinue(page);
    await signInAtGithub(page, 'grace');
    await page.getByRole('heading', { name: 'You have no access here' }).waitFor();
    await page.getByText('grace@example.com').waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.getByRole('link', { name: 'Go back to the program that asked' }).click();
    expect(await failureOf(page, 'authorization')).toContain('said access_denied');
  });
});

describeChromium('the page of consent', (openPage) => {
  it('says who asks, for what, and where the person goes back to', async () => {
    await using started = await startBridge();
    const { whoami } = started;
    await using page = await openPage();
    await page.goto(
      await authorizationUrl(whoami.publicUrl, {
        name: '<b>Claude</b>\u202e Code',
        scope: 'openid profile email offline_access',
      }),
    );
    await page.getByRole('heading', { name: '<b>Claude</b> Code asks for access' }).waitFor();
    const text = (await page.locator('main').textContent()) ?? '';
    for (const words of [
      'nobody has checked it',
      whoami.mcp,
      'http://127.0.0.1:49152, a program on this computer',
      'Continue only if you have just started it yourself',
      'your e-mail address (email)',
      '(offline_access)',
      'GitHub',
    ])
      expect(text).toContain(words);
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  it.each(['light', 'dark'] as const)(
    'does not scroll sideways at 320 pixels, in %s',
    async (colorScheme) => {
      await using started = await startBridge();
      await using page = await openPage({ viewport: { width: 320, height: 640 }, colorScheme });
      const label = 'a'.repeat(60);
      await page.goto(
        await authorizationUrl(started.whoami.publicUrl, {
          name: 'W'.repeat(500),
          redirectUri: `https://${label}.${label}.${label}.example.com/callback`,
        }),
      );
      await page.getByText(`https://${label}`).waitFor();
      await page.getByText('Continue only if you know that address').waitFor();
      expect(await widths(page)).toEqual([320, 320]);
      const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      expect(paper).toBe(colorScheme === 'light' ? 'rgb(246, 244, 238)' : 'rgb(16, 19, 21)');
    },
  );

  it('needs no JavaScript, and bears to be reloaded and returned to', async () => {
    await using started = await startBridge();
    await using page = await openPage({ javaScriptEnabled: false });
    await page.goto(await authorizationUrl(started.whoami.publicUrl));
    await page.reload();
    await pressContinue(page);
    await page.getByRole('heading', { name: 'Sign in to GitHub-like' }).waitFor();
    await page.goBack();
    await pressContinue(page);
    const back = wayBack(page, 'http://127.0.0.1:49152/callback');
    await signInAtGithub(page);
    expect((await back).get('code')).toMatch(/./);
  });

  it.each([
    'http://127.0.0.1:49152/callback',
    'cursor://anysphere.cursor-mcp/oauth/callback',
    'vscode://vscode.github-authentication/did-authenticate',
    'com.example.app:/callback',
  ])('goes on to %s after Continue, and after Cancel', async (redirectUri) => {
    await using started = await startBridge();
    const { whoami, github } = started;
    github.signInAs(adaAtGithub);
    for (const [button, answer] of [
      ['Continue with GitHub', 'code'],
      ['Cancel', 'error'],
    ] as const) {
      const url = await authorizationUrl(whoami.publicUrl, { redirectUri });
      await using page = await openPage();
      await page.goto(url);
      const { searchParams, blocked } = await leave(page, redirectUri, () =>
        page.getByRole('button', { name: button }).click(),
      );
      expect(blocked).toEqual([]);
      expect(searchParams.get('state')).toBe('the-state-of-the-client');
      expect(searchParams.get('iss')).toBe(whoami.publicUrl);
      expect(searchParams.get(answer)).toMatch(answer === 'code' ? /./ : /^access_denied$/);
    }
  });

  it('is not shown in a frame, not even of another port of its host', async () => {
    await using started = await startBridge();
    const url = await authorizationUrl(started.whoami.publicUrl);
    const html = `<!doctype html><title>Other</title><iframe src="${url.replaceAll('&', '&amp;')}"></iframe>`;
    await using other = await serveOnLoopback(
      createServer((_request, response) => response.setHeader('content-type', 'text/html').end(html)),
    );
    await using page = await openPage();
    const refusals: string[] = [];
    page.on('console', (message) => refusals.push(message.text()));
    await page.goto(`http://localhost:${other.port}/`);
    await expect.poll(() => refusals.join('\n')).toContain('frame-ancestors');
    const shown = await Promise.all(page.frames().map((frame) => frame.locator('button').count()));
    expect(shown).toEqual([0, 0]);
  });

  it('can be used by keyboard alone', async () => {
    await using started = await startBridge();
    await using page = await openPage();
    await page.goto(await authorizationUrl(started.whoami.publicUrl));
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Sign in to GitHub-like' }).waitFor();
  });
});

describeChromium('the page of a person’s sign-ins', (openPage) => {
  /** Ada grants access to a program. */
  const grant = async (pageOf: OpenPage, publicUrl: string, name: string) => {
    await using page = await pageOf();
    await page.goto(await authorizationUrl(publicUrl, { name }));
    await pressContinue(page);
    const back = wayBack(page, 'http://127.0.0.1:49152/callback');
    await signInAtGithub(page);
    await back;
  };
  const open = async (pageOf: OpenPage, publicUrl: string, login: string) => {
    const page = await pageOf({ viewport: { width: 320, height: 640 } });
    await page.goto(`${publicUrl}/sign-ins`);
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Sign in with GitHub' }).click();
    await signInAtGithub(page, login);
    await page.waitForURL(`${publicUrl}/sign-ins`);
    return page;
  };

  it('lists what she granted, and ends one without touching the others', async () => {
    await using started = await startBridge();
    const { publicUrl } = started.whoami;
    await grant(openPage, publicUrl, 'Cursor');
    await grant(openPage, publicUrl, 'W'.repeat(500));

    await using page = await open(openPage, publicUrl, 'ada');
    await page.getByText('Signed in as ada@example.com, with GitHub (github:1005).').waitFor();
    const entries = page.getByRole('listitem');
    expect(await entries.count()).toBe(2);
    expect(await widths(page)).toEqual([320, 320]);
    expect(await accessibilityViolations(page)).toEqual([]);

    await page.getByRole('button', { name: 'End this access: Cursor' }).click();
    await expect.poll(() => entries.count()).toBe(1);
    expect(await page.locator('main').textContent()).not.toContain('Cursor');
    expect(started.whoami.log.map(({ fields }) => fields.reason)).toContain('grant_ended');
  });

  it('shows nobody what another person granted', async () => {
    await using started = await startBridge();
    const { publicUrl } = started.whoami;
    await grant(openPage, publicUrl, 'Cursor');
    await using page = await open(openPage, publicUrl, 'grace');
    await page.getByText('No program has access to this server in your name.').waitFor();
    expect(await page.locator('main').textContent()).not.toContain('Cursor');
  });
});

/**
 * What a browser does with the way back to a program. Where one opens another program nothing is to be seen in the
 * page, so the redirect itself is looked at, and whether the browser blocked it.
 */
async function leave(page: Page, redirectUri: string, press: () => Promise<void>) {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Log.enable');
  const blocked: string[] = [];
  page.on('console', (message) => {
    if (/Content Security Policy|blocked/i.test(message.text())) blocked.push(message.text());
  });
  const gone = Promise.withResolvers<URLSearchParams>();
  session.on('Network.requestWillBeSent', ({ request }) => {
    if (request.url.startsWith(redirectUri)) gone.resolve(new URL(request.url).searchParams);
  });
  session.on('Network.responseReceivedExtraInfo', ({ headers }) => {
    const location = Object.entries(headers).find(([name]) => name.toLowerCase() === 'location')?.[1];
    if (location?.startsWith(redirectUri)) gone.resolve(new URL(location).searchParams);
  });
  await press();
  const searchParams = await gone.promise;
  return { searchParams, blocked };
}
