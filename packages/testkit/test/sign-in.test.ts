import { createServer } from 'node:http';
import { decodeJwt } from 'jose';
import { expect, it } from 'vitest';
import { grace, serveOnLoopback, signIn, signInForToken, startStandIn } from '../src/index.ts';

const resource = 'http://localhost:3001/mcp';

it('signs in on the pages of oidc-provider, with registration and PKCE', async () => {
  await using idp = await startStandIn({ issuerPath: '/' });
  const signedIn = await signInForToken(idp, { user: grace, resource, scope: 'openid email offline_access' });
  expect(decodeJwt(signedIn.accessToken)).toMatchObject({ iss: idp.issuer, sub: 'grace', aud: resource });
  expect(signedIn.refreshToken).toBeTypeOf('string');
  expect(signedIn.scope).toContain('email');
});

const redirectUri = 'http://127.0.0.1:1/callback';

const servePages = async (pages: Record<string, string>) => {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const page = pages[url.pathname];
      if (page !== undefined) return response.setHeader('content-type', 'text/html').end(page);
      const sent = body || url.searchParams.toString();
      response.writeHead(303, { location: `${redirectUri}?${sent}` }).end();
    });
  });
  const { port, ...serving } = await serveOnLoopback(server);
  return {
    ...serving,
    url: `http://localhost:${port}/auth?redirect_uri=${encodeURIComponent(redirectUri)}`,
  };
};

const signedInWith = async (html: string) => {
  await using site = await servePages({ '/auth': html });
  return Object.fromEntries(
    (await signIn(site.url, { username: 'ada', password: 'pass word' })).searchParams,
  );
};

it('presses the button that names the user', async () => {
  const form = await signedInWith(
    `<form method="post" action="/in"><input type="hidden" name="csrf" value="7">
     <button name="user" value="grace">Grace Hopper</button><button name="user" value="ada">Ada Lovelace</button></form>`,
  );
  expect(form).toEqual({ csrf: '7', user: 'ada' });
});

it('fills in a page as Keycloak has it and keeps off the other forms', async () => {
  const form = await signedInWith(
    `<form action="/locale"><select name="kc_locale"><option value="de">Deutsch</option></select></form>
     <form id="kc-form-login" action="/in?session_code=x" method="post">
     <input id="username" name="username" value="" type="text" autocomplete="username">
     <input id="password" name="password" type="password"><input type="checkbox" name="rememberMe">
     <input type="hidden" id="id-hidden-input" name="credentialId"/>
     <input name="login" id="kc-login" type="submit" value="Sign In"/></form>`,
  );
  expect(form).toEqual({ username: 'ada', password: 'pass word', credentialId: '', login: 'Sign In' });
});

it('consents instead of cancelling, and chooses the radio button and the option of the user', async () => {
  const form = await signedInWith(
    `<form method="post" action="/in"><input type="radio" name="who" value="1" id="a"><label for="a">Grace</label>
     <input type="radio" name="who" value="2" id="b"><label for="b">Ada</label>
     <select name="org"><option value="g">grace's</option><option value="a">ada's own</option></select>
     <input type="submit" name="cancel" value="No"><input type="submit" name="accept" value="Yes"></form>`,
  );
  expect(form).toEqual({ who: '2', org: 'a', accept: 'Yes' });
});

it('says what the last page said when there is no way on', async () => {
  await using site = await servePages({ '/auth': '<title>Oops</title><body>invalid_client: unknown</body>' });
  await expect(signIn(site.url, { username: 'ada' })).rejects.toThrow(/Oops \| .*invalid_client: unknown/);
});

it('gives up on a page that comes again and again', async () => {
  const again =
    '<title>Sign in</title><form method="post" action="/auth"><p>Wrong password</p><input name="username"></form>';
  await using site = await servePages({ '/auth': again });
  await expect(signIn(site.url, { username: 'ada' })).rejects.toThrow(/Wrong password/);
});

it('presses nothing where only other users are offered', async () => {
  const others =
    '<form method="post"><button name="user" value="a">Alan</button><button name="user" value="b">Barbara</button></form>';
  await using site = await servePages({ '/auth': others });
  await expect(signIn(site.url, { username: 'ada' })).rejects.toThrow(/No way on .* Alan ?Barbara/s);
});
