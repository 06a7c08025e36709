import { ada, githubLikeUser, nativeClient, startStandIn } from '@mcp-whoami/testkit';
import { describeChromium } from '@mcp-whoami/testkit/chromium';
import { expect, it } from 'vitest';
import { startWhoami } from '../start-whoami.ts';
import { accessibilityViolations } from './axe.ts';
import { kept } from './kept.ts';
import { pressSignIn, signInAtStandIn, states, step, visit } from './visit.ts';

describeChromium('the page, signed in with the embedded identity provider', (openPage) => {
  it('walks every step to an identity card, and asks nobody but the server and the IdP', async () => {
    await using whoami = await startWhoami();
    await using visited = await visit(openPage, whoami.publicUrl);
    const { page, origins } = visited;
    await pressSignIn(page);
    await page.getByRole('button', { name: 'Continue as Ada Lovelace' }).click();

    const card = page.getByRole('region', { name: 'Ada Lovelace' });
    await card.waitFor();
    expect(await states(page)).toEqual(Array(7).fill('done'));
    const text = await card.textContent();
    const issuer = (await page.locator('dt:text("Issuer") + dd code').textContent()) ?? '';
    for (const value of ['ada', 'ada@example.com', 'dev-ada', issuer, '"aud": "'])
      expect(text).toContain(value);
    expect(
      await card
        .locator('img')
        .evaluate((image) => image instanceof HTMLImageElement && image.naturalWidth > 0),
    ).toBe(true);
    expect(await page.locator('h3:focus').textContent()).toBe('Ada Lovelace');
    expect(page.url()).toBe(`${whoami.publicUrl}/`);

    expect([...origins].sort()).toEqual([whoami.publicUrl, issuer].sort());
    expect(await kept(page)).toEqual({ cookies: '', local: [], session: [] });
  });

  it('shows each request and response as it was, and no secret', async () => {
    await using whoami = await startWhoami();
    await using visited = await visit(openPage, whoami.publicUrl);
    const { page } = visited;
    const secrets: string[] = [];
    page.on('request', (request) => {
      const body = new URLSearchParams(request.postData() ?? '');
      secrets.push(...['code', 'code_verifier'].flatMap((name) => body.get(name) ?? []));
    });
    const answers: Promise<void>[] = [];
    page.on('response', (response) => {
      if (!response.url().endsWith('/token')) return;
      const take = async () => {
        const { access_token, id_token } = Object(await response.json());
        secrets.push(String(access_token), String(id_token));
      };
      answers.push(take());
    });
    await pressSignIn(page);
    await page.getByRole('button', { name: 'Continue as Grace Hopper' }).click();
    await page.getByRole('region', { name: 'Grace Hopper' }).waitFor();
    await Promise.all(answers);

    const shown = async (id: string) => (await step(page, id).textContent()) ?? '';
    expect(await shown('challenge')).toMatch(
      /POST http\S+\/mcp[\s\S]*401[\s\S]*www-authenticate: Bearer .*resource_metadata=/,
    );
    expect(await shown('resource')).toContain('"authorization_servers"');
    expect(await shown('metadata')).toContain('"code_challenge_methods_supported"');
    expect(await shown('registration')).toMatch(/201[\s\S]*"client_id"/);
    expect(await shown('authorization')).toMatch(
      /code_challenge_method = S256[\s\S]*resource = \S+\/mcp[\s\S]*iss = /,
    );
    expect(await shown('token')).toMatch(
      /grant_type = authorization_code[\s\S]*masked[\s\S]*"access_token": ".{4}…/,
    );
    expect(await shown('call')).toMatch(/authorization: Bearer .{4}…[\s\S]*"preferred_username": "grace"/);

    expect(secrets).toHaveLength(4);
    const html = await page.content();
    for (const secret of secrets) expect(html).not.toContain(secret);
  });

  it('has nothing for axe to find, before and after', async () => {
    await using whoami = await startWhoami();
    await using visited = await visit(openPage, whoami.publicUrl);
    const { page } = visited;
    expect(await accessibilityViolations(page)).toEqual([]);
    await pressSignIn(page);
    await page.getByRole('button', { name: 'Continue as Ada Lovelace' }).click();
    await page.getByRole('region', { name: 'Ada Lovelace' }).waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  it('can be walked by keyboard alone', async () => {
    await using whoami = await startWhoami();
    await using visited = await visit(openPage, whoami.publicUrl);
    const { page } = visited;
    const tabTo = async (name: RegExp) => {
      for (let presses = 0; presses < 30; presses += 1) {
        await page.keyboard.press('Tab');
        const focused = await page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
        if (name.test(focused)) return;
      }
      throw new Error(`no way by Tab to ${name}`);
    };
    await tabTo(/^Sign in$/);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/interaction\//);
    await tabTo(/^Continue as Ada/);
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Ada Lovelace' }).waitFor();
  });
});

describeChromium('the page without authentication', (openPage) => {
  it('calls whoami and shows that it is nobody', async () => {
    await using whoami = await startWhoami({ PROVIDER: 'none' });
    await using visited = await visit(openPage, whoami.publicUrl);
    const { page, origins } = visited;
    await page.getByRole('button', { name: 'Call whoami' }).click();
    const card = page.getByRole('region', { name: 'Not authenticated' });
    await card.waitFor();
    expect(await card.textContent()).toContain('"error": "Not authenticated"');
    expect([...origins]).toEqual([whoami.publicUrl]);
    expect(await accessibilityViolations(page)).toEqual([]);
  });
});

describeChromium('the page with an IdP that has no metadata', (openPage) => {
  it('finds it at the server, and asks the endpoints of the IdP', async () => {
    await using idp = await startStandIn({
      metadata: 'none',
      accessTokens: 'opaque',
      resource: 'ignored',
      userinfoAnswer: githubLikeUser,
      clients: [{ ...nativeClient, client_id: 'page-client', redirect_uris: ['http://localhost/'] }],
    });
    await using whoami = await startWhoami({
      PROVIDER: 'oauth2-custom',
      OAUTH2_AUTHORIZATION_ENDPOINT: idp.authorizationEndpoint,
      OAUTH2_TOKEN_ENDPOINT: idp.tokenEndpoint,
      OAUTH2_USERINFO_URL: idp.userinfoUrl,
      OAUTH2_SUBJECT_PATH: 'id',
      OAUTH2_AUDIENCE: '*',
      OAUTH2_SCOPES: 'openid',
      OAUTH2_PAGE_CLIENT_ID: 'page-client',
    });
    await using visited = await visit(openPage, whoami.publicUrl);
    const { page } = visited;
    await pressSignIn(page);
    await signInAtStandIn(page);
    await page.getByRole('region', { name: ada.name }).waitFor();
    expect(await states(page)).toEqual(Array(7).fill('done'));
    expect(await step(page, 'token').textContent()).toContain('An opaque access token');
  });
});
