import { ada, nativeClient, type StandInOptions, startStandIn } from '@mcp-whoami/testkit';
import { describeChromium } from '@mcp-whoami/testkit/chromium';
import { expect, it } from 'vitest';
import { startWhoami } from '../start-whoami.ts';
import { accessibilityViolations } from './axe.ts';
import { kept } from './kept.ts';
import { failureOf, pressSignIn, signInAtStandIn, states, step, visit, wordsOf } from './visit.ts';

/** Registered for the page; a native client may come back to any port of the loopback host (RFC 8252 §7.3). */
const pageClient = { ...nativeClient, client_id: 'page-client', redirect_uris: ['http://localhost/'] };

describeChromium('a step that fails on the page', (openPage) => {
  /** The server on a stand-in IdP that has a client for the page, and a visit of the page. */
  const start = async (idpOptions: StandInOptions = {}, environment: Record<string, string> = {}) => {
    await using stack = new AsyncDisposableStack();
    const idp = stack.use(await startStandIn({ jwtsHonoured: true, clients: [pageClient], ...idpOptions }));
    const whoami = stack.use(
      await startWhoami({ PROVIDER: 'generic-oidc', OIDC_ISSUER: idp.issuer, ...environment }),
    );
    const { page, origins } = stack.use(await visit(openPage, whoami.publicUrl));
    const owned = stack.move();
    return { idp, whoami, page, origins, [Symbol.asyncDispose]: () => owned.disposeAsync() };
  };
  const withClient = { OIDC_PAGE_CLIENT_ID: pageClient.client_id };

  it('says that the registration endpoint has no CORS, and goes on with a client id that is entered', async () => {
    await using started = await start();
    const { page, whoami, origins } = started;
    await pressSignIn(page);
    const failure = await failureOf(page, 'registration');
    expect(failure).toContain(`does not allow pages of ${whoami.publicUrl} to use it (CORS)`);
    expect(failure).toContain(`redirect URI ${whoami.publicUrl}/`);
    expect(failure).toContain('set OIDC_PAGE_CLIENT_ID');
    expect(await page.locator('h3:focus').textContent()).toContain('Client registration');
    expect(await accessibilityViolations(page)).toEqual([]);

    await page.getByLabel('Client id').fill(pageClient.client_id);
    await page.getByRole('button', { name: 'Sign in with it' }).click();
    await signInAtStandIn(page);
    const card = page.getByRole('region', { name: ada.name });
    await card.waitFor();
    // Her picture is on another host: it is not loaded.
    expect(await card.locator('.portrait').textContent()).toBe('AL');
    expect([...origins].sort()).toEqual([whoami.publicUrl, started.idp.origin].sort());
    expect(await kept(page)).toEqual({ cookies: '', local: [], session: [] });
  });

  it('takes the client id that is configured', async () => {
    await using started = await start({ registration: 'off' }, withClient);
    const { page } = started;
    await pressSignIn(page);
    await signInAtStandIn(page);
    await page.getByRole('region', { name: ada.name }).waitFor();
    expect(await step(page, 'registration').textContent()).toContain('page-client (OIDC_PAGE_CLIENT_ID)');
  });

  it('says that there is no registration', async () => {
    await using started = await start({ registration: 'off' });
    await pressSignIn(started.page);
    expect(await failureOf(started.page, 'registration')).toContain('offers no dynamic registration');
  });

  it('gives the reason of a registration that is refused', async () => {
    await using started = await start();
    const { page, idp } = started;
    await page.route(idp.registrationEndpoint, (route) =>
      route.fulfill({
        status: 403,
        headers: { 'access-control-allow-origin': '*' },
        json: { error: 'insufficient_scope', error_description: "Policy 'Trusted Hosts' rejected request" },
      }),
    );
    await pressSignIn(page);
    const failure = await failureOf(page, 'registration');
    expect(failure).toContain('403, insufficient_scope');
    expect(await wordsOf(page, 'registration')).toBe("Policy 'Trusted Hosts' rejected request");
    expect(failure).toContain('Client registration → Trusted Hosts');
    expect(await states(page)).toEqual(['done', 'done', 'done', 'failed', 'pending', 'pending', 'pending']);
  });

  it('goes on, as MCP clients do, with answers that are good enough for them', async () => {
    await using started = await start();
    const { page, idp } = started;
    await page.route(idp.registrationEndpoint, (route) =>
      route.fulfill({
        status: 200,
        headers: { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' },
        json: { client_id: pageClient.client_id, client_secret: 'a-secret-that-nobody-asked-for' },
      }),
    );
    await page.route(idp.tokenEndpoint, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), id_token: 'not.a.token' } });
    });
    await pressSignIn(page);
    await signInAtStandIn(page);
    await page.getByRole('region', { name: ada.name }).waitFor();
    expect(await states(page)).toEqual(Array(7).fill('done'));
    expect(await page.content()).not.toContain('a-secret-that-nobody-asked-for');
  });

  it('says that the IdP is down', async () => {
    await using started = await start();
    await started.idp[Symbol.asyncDispose]();
    await pressSignIn(started.page);
    expect(await failureOf(started.page, 'metadata')).toContain(`does not answer at ${started.idp.origin}`);
  });

  it('says that the metadata is another issuer’s', async () => {
    let issuer: string | undefined;
    await using started = await start({
      transformMetadata: (document) => ({ ...document, ...(issuer === undefined ? {} : { issuer }) }),
    });
    issuer = `${started.idp.issuer}/`;
    await pressSignIn(started.page);
    expect(await failureOf(started.page, 'metadata')).toContain(
      `of the issuer ${issuer}, not of ${started.idp.issuer}`,
    );
  });

  it('says that PKCE is not advertised', async () => {
    await using started = await start({
      transformMetadata: ({ code_challenge_methods_supported: _, ...document }) => document,
    });
    await pressSignIn(started.page);
    expect(await failureOf(started.page, 'metadata')).toContain('code_challenge_methods_supported');
  });

  it('sends the person to no address but http and https', async () => {
    let address: string | undefined;
    await using started = await start({
      transformMetadata: (document) => ({
        ...document,
        ...(address === undefined ? {} : { authorization_endpoint: address }),
      }),
    });
    const { page } = started;
    address = 'javascript:document.title="run"';
    await pressSignIn(page);
    expect(await failureOf(page, 'metadata')).toContain(
      `The authorization_endpoint is not an http or https URL: ${address}`,
    );
    expect(await page.title()).toBe('whoami, an MCP server');
  });

  it('asks no endpoint that the metadata did not name when the server started', async () => {
    let moved = false;
    await using started = await start({
      transformMetadata: (document) => ({
        ...document,
        ...(moved ? { token_endpoint: 'https://elsewhere.example/token' } : {}),
      }),
    });
    moved = true;
    await pressSignIn(started.page);
    expect(await failureOf(started.page, 'metadata')).toContain(
      'token_endpoint is at https://elsewhere.example',
    );
  });

  it('goes on with the server’s copy of metadata that no page may read, and says so', async () => {
    await using started = await start({}, withClient);
    const { page, idp } = started;
    idp.fail('metadata', { status: 200, body: { issuer: idp.issuer } });
    await pressSignIn(page);
    await signInAtStandIn(page);
    await page.getByRole('region', { name: ada.name }).waitFor();
    expect(await step(page, 'metadata').getAttribute('data-state')).toBe('warning');
    expect(await step(page, 'metadata').textContent()).toContain('CORS');
  });

  it('says that the person cancelled', async () => {
    await using whoami = await startWhoami();
    await using visited = await visit(openPage, whoami.publicUrl);
    await pressSignIn(visited.page);
    await visited.page.getByRole('button', { name: 'Cancel' }).click();
    const failure = await failureOf(visited.page, 'authorization');
    expect(failure).toContain('said access_denied.');
    expect(await wordsOf(visited.page, 'authorization')).toBe('the user cancelled the sign-in');
    expect(failure).toContain('if it was you who cancelled');
    expect(await visited.page.locator('h3:focus').textContent()).toContain('Authorization');
    expect(await accessibilityViolations(visited.page)).toEqual([]);
    expect(await kept(visited.page)).toEqual({ cookies: '', local: [], session: [] });
  });

  it('says which scopes the client may not ask for', async () => {
    await using started = await start({ clients: [{ ...pageClient, scope: 'openid' }] }, withClient);
    await pressSignIn(started.page);
    const failure = await failureOf(started.page, 'authorization');
    expect(failure).toContain('invalid_scope');
    expect(failure).toContain('openid profile email');
    expect(failure).toContain('OIDC_SCOPES');
  });

  it('explains an error page of the IdP to the person who comes back from it', async () => {
    await using started = await start({}, { OIDC_PAGE_CLIENT_ID: 'nobody-knows-me' });
    const { page, whoami } = started;
    await pressSignIn(page);
    await page.getByText('invalid_client').waitFor();
    await page.goBack();
    const failure = await failureOf(page, 'authorization');
    expect(failure).toContain('came back without an answer');
    expect(failure).toContain('the client nobody-knows-me has to exist');
    expect(failure).toContain(`exactly the redirect URI ${whoami.publicUrl}/`);
    expect(await kept(page)).toEqual({ cookies: '', local: [], session: [] });
  });

  it.each([
    ['another state', { state: 'of-another-sign-in' }, 'belongs to another sign-in'],
    ['another issuer (RFC 9207)', { iss: 'https://evil.example' }, 'from the issuer https://evil.example'],
    ['no issuer, though one is advertised', { iss: undefined }, 'has no iss'],
  ])('stops at an answer with %s', async (_, changes, reason) => {
    await using started = await start({}, withClient);
    const { page, whoami, idp } = started;
    await pressSignIn(page);
    await page.locator('input[name=login]').waitFor();
    const asked = idp.requests.find(({ path }) => path === '/auth')?.query ?? {};
    const answer = { code: 'a-code-of-twenty-letters', state: asked.state, iss: idp.issuer, ...changes };
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(answer)) {
      if (value !== undefined) query.set(name, value);
    }
    await page.goto(`${whoami.publicUrl}/?${query}`);
    expect(await failureOf(page, 'authorization')).toContain(reason);
    expect(page.url()).toBe(`${whoami.publicUrl}/`);
    expect(await page.content()).not.toContain('a-code-of-twenty-letters');
    expect(idp.requests.count('token')).toBe(0);
  });

  it('does nothing with an answer that it did not ask for', async () => {
    await using started = await start();
    const { page, whoami, idp } = started;
    await page.goto(`${whoami.publicUrl}/?code=a-code&state=a-state`);
    await page.getByText('belongs to no sign-in of this tab').waitFor();
    expect(idp.requests.count('token')).toBe(0);
  });

  it.each([
    ['has no CORS', { status: 200, body: {} }, 'to read its answer (CORS)'],
    [
      'refuses the code',
      {
        status: 400,
        headers: { 'access-control-allow-origin': '*' },
        body: { error: 'invalid_grant', error_description: 'code is spent' },
      },
      'own wordscode is spent',
    ],
    [
      'fails',
      { status: 500, headers: { 'access-control-allow-origin': '*' }, body: 'oops' },
      'answered 500, without an access token',
    ],
    [
      'answers with a form',
      {
        status: 200,
        headers: { 'access-control-allow-origin': '*', 'content-type': 'text/plain' },
        body: 'access_token=a-token-of-some-length&token_type=bearer',
      },
      'has to answer in JSON',
    ],
    [
      'gives a token of another type',
      {
        status: 200,
        headers: { 'access-control-allow-origin': '*' },
        body: { access_token: 'a-token-of-some-length', token_type: 'DPoP' },
      },
      'of the type DPoP',
    ],
  ])('says that the token endpoint %s', async (_, fault, reason) => {
    await using started = await start({}, withClient);
    const { page, idp } = started;
    idp.fail('token', fault);
    await pressSignIn(page);
    await signInAtStandIn(page);
    expect(await failureOf(page, 'token')).toContain(reason);
    expect(await page.content()).not.toContain('a-token-of-some-length');
  });

  it('says what the server wanted of the token, and what came', async () => {
    const audience = 'https://another.example';
    await using started = await start({ resource: 'ignored', audience }, withClient);
    const { page, whoami } = started;
    await pressSignIn(page);
    await signInAtStandIn(page);
    const failure = await failureOf(page, 'call');
    expect(failure).toContain('The server refuses the token: The access token is for another audience');
    expect(failure).toContain(`The token’s aud is "${audience}". The server wants ${whoami.mcp} there.`);
    expect(failure).toContain('OIDC_AUDIENCE');
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  it.each([
    ['an audience', 'api://whoami', 'api://whoami (OIDC_AUDIENCE)'],
    ['several', 'api://whoami,api://other', 'api://whoami or api://other (OIDC_AUDIENCE)'],
    ['none too', 'api://whoami none', 'api://whoami or no audience at all (OIDC_AUDIENCE)'],
  ])('names the audience that is accepted on purpose: %s', async (_, accepted, wanted) => {
    await using started = await start({}, { ...withClient, OIDC_AUDIENCE: accepted });
    const { page, whoami } = started;
    const shown = page.locator('dt:text("Audience of tokens") + dd');
    expect(await shown.textContent()).toContain('api://whoami');
    expect(await shown.textContent()).not.toContain(whoami.mcp);
    await pressSignIn(page);
    await signInAtStandIn(page);
    expect(await failureOf(page, 'call')).toContain(
      `The token’s aud is "${whoami.mcp}". The server wants ${wanted} there.`,
    );
  });

  it('shows the IdP’s own sentence as text, on one line and cut', async () => {
    await using started = await start({}, withClient);
    const { page, idp } = started;
    const said = `<b>no</b>\u202e\n${'x'.repeat(400)}`;
    idp.fail('token', {
      status: 400,
      headers: { 'access-control-allow-origin': '*' },
      body: { error: 'invalid_grant', error_description: said },
    });
    await pressSignIn(page);
    await signInAtStandIn(page);
    await failureOf(page, 'token');
    const words = await wordsOf(page, 'token');
    expect(words.startsWith('<b>no</b>\\u202e xxx')).toBe(true);
    expect(words.endsWith('x…')).toBe(true);
    expect(words.length).toBeLessThan(330);
    expect(await page.locator('#steps b').count()).toBe(0);
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  it('says which scopes a call needs', async () => {
    await using started = await start(
      { scopes: ['mcp:whoami'] },
      { ...withClient, OIDC_REQUIRED_SCOPES: 'mcp:whoami' },
    );
    const { page } = started;
    await pressSignIn(page);
    await signInAtStandIn(page);
    const failure = await failureOf(page, 'call');
    expect(failure).toContain('scopes openid profile email mcp:whoami');
    expect(failure).toContain('told to ask for mcp:whoami: add it to OIDC_SCOPES, and restart the server');
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  it('says which scopes the IdP did not give', async () => {
    await using started = await start(
      { scopes: ['mcp:whoami'], clients: [{ ...pageClient, scope: 'openid profile email mcp:whoami' }] },
      {
        ...withClient,
        OIDC_SCOPES: 'openid profile email mcp:whoami',
        OIDC_REQUIRED_SCOPES: 'mcp:whoami',
      },
    );
    const { page, idp } = started;
    const lesser = await idp.issueAccessToken({ resource: started.whoami.mcp, scope: 'openid' });
    await page.route(idp.tokenEndpoint, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { access_token: lesser, token_type: 'Bearer' } });
    });
    await pressSignIn(page);
    await signInAtStandIn(page);
    const failure = await failureOf(page, 'call');
    expect(failure).toContain('.mcp:whoami was asked for, and the identity provider did not give it');
    expect(failure).not.toContain('add it to OIDC_SCOPES');
  });

  it('says that the server cannot ask the IdP', async () => {
    await using started = await start({}, withClient);
    const { page, idp } = started;
    idp.fail('jwks', 'status-503');
    await pressSignIn(page);
    await signInAtStandIn(page);
    expect(await failureOf(page, 'call')).toContain('cannot ask the identity provider');
  });

  it('says that the server is gone', async () => {
    await using started = await start();
    await started.whoami[Symbol.asyncDispose]();
    await pressSignIn(started.page);
    expect(await failureOf(started.page, 'challenge')).toContain('The server does not answer');
  });

  it('shows what the IdP says as text, whatever it is', async () => {
    const name = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    await using started = await start(
      { accounts: [{ ...ada, name, picture: 'javascript:alert(1)' }] },
      withClient,
    );
    const { page } = started;
    await pressSignIn(page);
    await signInAtStandIn(page);
    await page.getByRole('region').getByText(name, { exact: true }).waitFor();
    expect(await page.title()).toBe('whoami, an MCP server');
    expect(await page.locator('#identity img, #identity script, #identity a').count()).toBe(0);
  });

  it('loads a picture that the IdP has without the person’s cookies there', async () => {
    const pixel = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';
    const account = { ...ada };
    await using started = await start({ accounts: [account] }, withClient);
    const { page, idp, whoami } = started;
    const picture = `${idp.origin}/picture.gif`;
    account.picture = picture;
    await page.context().addCookies([{ name: 'session', value: 'secret', url: idp.origin }]);
    const asked = Promise.withResolvers<Record<string, string>>();
    await page.route(picture, async (route) => {
      asked.resolve(await route.request().allHeaders());
      await route.fulfill({
        headers: { 'access-control-allow-origin': whoami.publicUrl },
        contentType: 'image/gif',
        body: Buffer.from(pixel, 'base64'),
      });
    });
    await pressSignIn(page);
    await signInAtStandIn(page);
    const { cookie, referer } = await asked.promise;
    expect({ cookie, referer }).toEqual({ cookie: undefined, referer: undefined });
    await expect
      .poll(() => page.locator('#identity img').evaluate((image: HTMLImageElement) => image.naturalWidth))
      .toBe(1);
  });
});

describeChromium('the page under another name of the server', (openPage) => {
  it('sends the person to the public address', async () => {
    await using whoami = await startWhoami();
    const other = whoami.publicUrl.replace('localhost', '127.0.0.1');
    await using visited = await visit(openPage, other);
    const { page } = visited;
    expect(await page.locator('#sign-in').isDisabled()).toBe(true);
    await page.getByRole('link', { name: `${whoami.publicUrl}/` }).click();
    expect(await page.locator('#sign-in').isDisabled()).toBe(false);
  });
});
