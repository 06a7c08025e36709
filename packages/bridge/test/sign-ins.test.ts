import { adaAtGithub, type GithubAccount, graceAtGithub } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { type Answer, formsOf, openTab, type Tab } from './browser.ts';
import { refusalOf, registerClient, tokensOf } from './client.ts';
import { minutes, pass } from './clock.ts';
import { startWithGithub } from './github.ts';

const start = () => startWithGithub({ settings: { tokenCacheSeconds: 0 } }, { signInAs: adaAtGithub });
type Bridge = Awaited<ReturnType<typeof start>>;

/** Gives a client access, as somebody. */
const giveAccess = async (bridge: Bridge, account: GithubAccount, clientName: string) => {
  bridge.github.signInAs(account);
  const client = await registerClient(bridge.publicUrl, { client_name: clientName });
  return { client, tokens: await client.signIn(account.login) };
};

/** Signs somebody in on their own page. */
const enter = async (bridge: Bridge, account: GithubAccount, browser: Tab = openTab()) => {
  bridge.github.signInAs(account);
  const url = `${bridge.publicUrl}/sign-ins`;
  const entry = await browser.go(url);
  const page = await browser.follow(await browser.go(url, { form: entryForm(entry) }));
  expect(page).toMatchObject({ status: 200, html: expect.stringContaining(`${account.login}@example.com`) });
  return { browser, url, page };
};

/** The form that begins a sign-in: the only one without a grant. */
const entryForm = (page: Answer) => formsOf(page).find((form) => !('grant' in form)) ?? {};
const grantForms = (page: Answer) => formsOf(page).filter((form) => 'grant' in form);
const namesOf = ({ html }: Answer) =>
  [...html.matchAll(/<li>\s*<p><strong>([^<]*)<\/strong>/g)].map(([, name]) => name);
const timesOf = ({ html }: Answer) => [...html.matchAll(/datetime="([^"]*)"/g)].map(([, time]) => time);

const isOver = async (bridge: Bridge, { client, tokens }: Awaited<ReturnType<typeof giveAccess>>) => {
  const verdict = await bridge.connection.verifyAccessToken(tokens.access_token).then(
    () => 'accepted',
    ({ code }) => code,
  );
  const refresh = await client.refresh(tokens.refresh_token);
  if (refresh.status === 200) return { verdict, refresh: 200 };
  return { verdict, refresh: (await refusalOf(refresh)).error };
};
const over = { verdict: 'revoked', refresh: 'invalid_grant' };
const alive = { verdict: 'accepted', refresh: 200 };

describe('a person’s own page', () => {
  it('shows nothing before its own sign-in at the IdP, which begins by a POST and asks for no consent', async () => {
    await using bridge = await start();
    await giveAccess(bridge, adaAtGithub, 'Editor');
    const browser = openTab();
    bridge.github.requests.clear();

    const entry = await browser.go(`${bridge.publicUrl}/sign-ins`);
    expect(entry.status).toBe(200);
    expect(entry.html).not.toContain('Editor');
    expect(bridge.github.requests).toHaveLength(0);

    const atIdp = await browser.go(entry.url, { form: entryForm(entry) });
    expect(atIdp.location?.href).toMatch(bridge.github.authorizationEndpoint);
    const back = await browser.go(atIdp.location ?? '');
    expect(back.location?.pathname).toBe('/oauth/callback');
    const own = await browser.go(back.location ?? '');
    expect(own.location?.href).toBe(`${bridge.publicUrl}/sign-ins`);
    expect(namesOf(await browser.follow(own))).toEqual(['Editor']);
  });

  it('lists the clients with their times, the last one used first', async () => {
    await using bridge = await start();
    const editor = await giveAccess(bridge, adaAtGithub, 'Editor');
    pass(minutes(5));
    const since = new Date().toISOString().slice(0, 16);
    await giveAccess(bridge, adaAtGithub, 'Shell <b>');
    await giveAccess(bridge, graceAtGithub, 'Another person’s');
    expect(namesOf((await enter(bridge, adaAtGithub)).page)).toEqual(['Shell &lt;b&gt;', 'Editor']);

    pass(minutes(10));
    await tokensOf(await editor.client.refresh(editor.tokens.refresh_token));
    const { page } = await enter(bridge, adaAtGithub);
    expect(namesOf(page)).toEqual(['Editor', 'Shell &lt;b&gt;']);
    const [editorSince, editorUsed, shellSince, shellUsed] = timesOf(page);
    expect(editorUsed).toMatch(new RegExp(`^${new Date().toISOString().slice(0, 16)}`));
    expect(Date.parse(editorUsed ?? '') - Date.parse(editorSince ?? '')).toBeGreaterThan(14 * 60_000);
    expect(shellSince).toMatch(new RegExp(`^${since}`));
    expect(shellUsed).toBe(shellSince);
  });

  it('ends one, whose refresh and access tokens are dead, and no other', async () => {
    await using bridge = await start();
    const editor = await giveAccess(bridge, adaAtGithub, 'Editor');
    pass(minutes(2));
    const shell = await giveAccess(bridge, adaAtGithub, 'Shell');
    const graces = await giveAccess(bridge, graceAtGithub, 'Editor');
    const { browser, url, page } = await enter(bridge, adaAtGithub);
    expect(namesOf(page)).toEqual(['Shell', 'Editor']);

    const answer = await browser.go(url, { form: grantForms(page)[1] ?? {} });

    expect({ status: answer.status, to: answer.location?.href }).toEqual({ status: 303, to: url });
    expect(namesOf(await browser.go(url))).toEqual(['Shell']);
    expect(await isOver(bridge, editor)).toEqual(over);
    expect(await isOver(bridge, shell)).toEqual(alive);
    expect(await isOver(bridge, graces)).toEqual(alive);
    // Twice is once.
    expect((await browser.go(url, { form: grantForms(page)[1] ?? {} })).status).toBe(303);
  });

  it('does not end a grant of somebody else', async () => {
    await using bridge = await start();
    const adas = await giveAccess(bridge, adaAtGithub, 'Editor');
    await giveAccess(bridge, graceAtGithub, 'Editor');
    const ada = await enter(bridge, adaAtGithub);
    const [adasForm = {}] = grantForms(ada.page);
    const grace = await enter(bridge, graceAtGithub);
    const [gracesForm = {}] = grantForms(grace.page);

    const forged = [
      // Another's grant, with the token of a grant of one's own; the whole form of another browser; no token.
      { ...gracesForm, grant: adasForm.grant ?? '' },
      adasForm,
      { grant: adasForm.grant ?? '' },
      { grant: adasForm.grant ?? '', token: entryForm(await openTab().go(grace.url)).token ?? '' },
    ];
    for (const form of forged) expect((await grace.browser.go(grace.url, { form })).status).toBe(400);
    // A browser without a cookie, or one that has signed nobody in.
    expect((await openTab().go(ada.url, { form: adasForm })).status).toBe(400);
    expect(await isOver(bridge, adas)).toEqual(alive);
  });

  it('does not take a form from another origin', async () => {
    await using bridge = await start();
    const editor = await giveAccess(bridge, adaAtGithub, 'Editor');
    const { browser, url, page } = await enter(bridge, adaAtGithub);
    const [form = {}] = grantForms(page);
    for (const headers of [
      { origin: 'https://attacker.example' },
      { origin: 'http://localhost:1' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      expect((await browser.go(url, { form, headers })).status).toBe(403);
      expect((await browser.go(url, { form: entryForm(page), headers })).status).toBe(403);
    }
    expect(await isOver(bridge, editor)).toEqual(alive);
    const { origin } = new URL(bridge.publicUrl);
    expect(
      (await browser.go(url, { form, headers: { origin, 'sec-fetch-site': 'same-origin' } })).status,
    ).toBe(303);
  });

  it('is another person’s after they sign in in the same browser', async () => {
    await using bridge = await start();
    const adas = await giveAccess(bridge, adaAtGithub, 'Editor of Ada');
    await giveAccess(bridge, graceAtGithub, 'Editor of Grace');
    const { browser, url, page } = await enter(bridge, adaAtGithub);
    const [adasForm = {}] = grantForms(page);

    // The page of whoever is signed in has the way for somebody else.
    bridge.github.signInAs(graceAtGithub);
    const graces = await browser.follow(await browser.go(url, { form: entryForm(page) }));

    expect(namesOf(graces)).toEqual(['Editor of Grace']);
    // A page that was left open is not theirs.
    await browser.go(url, { form: adasForm });
    expect(await isOver(bridge, adas)).toEqual(alive);
  });

  it('forgets the person after ten minutes', async () => {
    await using bridge = await start();
    const editor = await giveAccess(bridge, adaAtGithub, 'Editor');
    const { browser, url, page } = await enter(bridge, adaAtGithub);
    pass(minutes(11));
    expect(namesOf(await browser.go(url))).toEqual([]);
    await browser.go(url, { form: grantForms(page)[0] ?? {} });
    expect(await isOver(bridge, editor)).toEqual(alive);
  });

  it('is not open to another browser that comes back from the IdP in its place', async () => {
    await using bridge = await start();
    await giveAccess(bridge, adaAtGithub, 'Editor');
    const attacker = openTab();
    const entry = await attacker.go(`${bridge.publicUrl}/sign-ins`);
    const atIdp = await attacker.go(entry.url, { form: entryForm(entry) });
    const victim = openTab();
    await victim.go(`${bridge.publicUrl}/sign-ins`);
    const back = await victim.go(atIdp.location ?? '');
    expect((await victim.go(back.location ?? '')).status).toBe(400);
    expect(namesOf(await attacker.go(entry.url))).toEqual([]);
  });

  it('says so when the person cancels at the IdP, and when the IdP is down', async () => {
    await using bridge = await start();
    bridge.github.signInAs(undefined);
    const browser = openTab();
    const entry = await browser.go(`${bridge.publicUrl}/sign-ins`);
    const atIdp = await browser.go(entry.url, { form: entryForm(entry) });
    const cancelled = await browser.follow(
      await browser.go(atIdp.location ?? '', { form: { cancel: 'yes' } }),
    );
    expect(cancelled).toMatchObject({
      status: 400,
      html: expect.stringContaining(`${bridge.publicUrl}/sign-ins`),
    });

    bridge.github.signInAs(adaAtGithub);
    bridge.github.fail('token', 'status-500');
    const down = await browser.follow(await browser.go(entry.url, { form: entryForm(entry) }));
    expect(down.status).toBe(503);
    expect(Number(down.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});
