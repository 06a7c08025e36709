import { expect, it } from 'vitest';
import { adaAtGithub, graceAtGithub, signIn, startGithubLike } from '../../src/index.ts';
import { askApi, askApplication, askToken, codeOf, tokenOf } from './github.ts';
import { authorizationUrl, authorize, callback, challenge, verifier } from './walk.ts';

const only = { redirectUri: callback, signInAs: adaAtGithub };

it('answers for a token as a form, and as JSON where JSON is asked for, with commas between scopes', async () => {
  await using github = await startGithubLike(only);
  const { client, tokenEndpoint } = github;
  const form = async () => ({
    client_id: client.id,
    client_secret: client.secret,
    code: await codeOf(github, { scope: 'user:email read:org' }),
  });
  const response = await fetch(tokenEndpoint, { method: 'POST', body: new URLSearchParams(await form()) });
  expect(response.headers.get('content-type')).toContain('application/x-www-form-urlencoded');
  expect(Object.fromEntries(new URLSearchParams(await response.text()))).toEqual({
    access_token: expect.stringMatching(/^gho_/),
    scope: 'read:org,user:email',
    token_type: 'bearer',
  });
  expect((await askToken(github, await form())).body).toMatchObject({ scope: 'read:org,user:email' });
});

it('keeps the scopes that were given before, the wider of two alone', async () => {
  await using github = await startGithubLike(only);
  await codeOf(github, { scope: 'read:org user:email' });
  const { body } = await askToken(github, { code: await codeOf(github, { scope: 'user' }) });
  expect(body.scope).toBe('read:org,user');
});

it('refuses with a 200', async () => {
  await using github = await startGithubLike(only);
  const code = await codeOf(github);
  const refusals = [
    [{ code, client_secret: 'another' }, 'incorrect_client_credentials'],
    [{ code: 'another' }, 'bad_verification_code'],
    [{ code, redirect_uri: 'http://localhost:3001/elsewhere' }, 'redirect_uri_mismatch'],
    [{ grant_type: 'refresh_token', refresh_token: 'ghr_1' }, 'unsupported_grant_type'],
  ] as const;
  for (const [form, error] of refusals) {
    expect(await askToken(github, form)).toMatchObject({ status: 200, body: { error } });
  }
  expect((await askToken(github, { code, client_id: 'another' })).status).toBe(404);
  expect((await askToken(github, { code })).body).toHaveProperty('access_token');
  expect((await askToken(github, { code })).body.error).toBe('bad_verification_code');
});

it('lets a code live for ten minutes', async () => {
  await using github = await startGithubLike(only);
  const codes = [await codeOf(github), await codeOf(github)];
  github.advance(599_000);
  expect((await askToken(github, { code: codes[0] ?? '' })).body).toHaveProperty('access_token');
  github.advance(2_000);
  expect((await askToken(github, { code: codes[1] ?? '' })).body.error).toBe('bad_verification_code');
});

it('checks the verifier of a code that has a challenge, by S256 alone', async () => {
  await using github = await startGithubLike(only);
  const code = await codeOf(github, challenge);
  for (const form of [{ code }, { code, code_verifier: `${verifier}x` }]) {
    expect((await askToken(github, form)).body.error).toBe('bad_verification_code');
  }
  expect((await askToken(github, { code, code_verifier: verifier })).body).toHaveProperty('access_token');
  const plain = await authorize(github, { ...challenge, code_challenge_method: 'plain' });
  expect(plain.answer.error).toBe('invalid_request');
});

it('sends the browser to the registered callback alone, and below it for an OAuth App', async () => {
  await using github = await startGithubLike({ signInAs: adaAtGithub });
  expect((await authorize(github)).status).toBe(404);
  github.registerRedirect(callback);
  expect((await authorize(github)).answer).toEqual({ code: expect.any(String), state: 'a-state' });
  const elsewhere = await authorize(github, { redirect_uri: 'https://attacker.example/callback' });
  expect(elsewhere.location).toMatch(new RegExp(`^${callback}\\?error=redirect_uri_mismatch`));
  expect((await authorize(github, { redirect_uri: `${callback}/below` })).answer).toHaveProperty('code');
  expect((await authorize(github, { redirect_uri: `${callback}2` })).answer).not.toHaveProperty('code');

  await using app = await startGithubLike({ ...only, app: 'github-app' });
  expect((await authorize(app, { redirect_uri: `${callback}/below` })).answer.error).toBe(
    'redirect_uri_mismatch',
  );
});

it('asks who signs in, where it is not told', async () => {
  await using github = await startGithubLike({ redirectUri: callback });
  const url = authorizationUrl(github);
  const signedIn = await signIn(url, { username: 'grace' });
  const { body } = await askToken(github, { code: signedIn.searchParams.get('code') ?? '' });
  expect((await askApi(github, '/user', String(body.access_token))).body).toMatchObject({ login: 'grace' });

  const cancelled = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ cancel: 'yes' }),
    redirect: 'manual',
  });
  expect(cancelled.headers.get('location')).toMatch(/\?error=access_denied&.*state=a-state$/);

  github.change(graceAtGithub, { disabled: true });
  await expect(signIn(url, { username: 'grace' })).rejects.toThrow('This account is disabled');
});

it('asks nobody where there is one account', async () => {
  await using github = await startGithubLike({ redirectUri: callback, accounts: [graceAtGithub] });
  expect((await authorize(github)).answer).toHaveProperty('code');
});

it('gives an OAuth App tokens without an end, ten at a time', async () => {
  await using github = await startGithubLike(only);
  const tokens: string[] = [];
  for (let count = 0; count < 11; count += 1) tokens.push(await tokenOf(github));
  const [first = '', second = ''] = tokens;
  expect((await askApi(github, '/user', first)).status).toBe(401);
  github.advance(365 * 86_400_000);
  expect((await askApi(github, '/user', second)).status).toBe(200);
  const withScope = await tokenOf(github, 'user:email');
  expect((await askApi(github, '/user', second)).status).toBe(200);
  expect((await askApi(github, '/user', withScope)).status).toBe(200);
});

it('gives a GitHub App tokens for eight hours and refresh tokens for one use', async () => {
  await using github = await startGithubLike({ ...only, app: 'github-app' });
  const first = (await askToken(github, { code: await codeOf(github, { scope: 'repo' }) })).body;
  expect(first).toMatchObject({
    access_token: expect.stringMatching(/^ghu_/),
    expires_in: 28_800,
    refresh_token: expect.stringMatching(/^ghr_/),
    refresh_token_expires_in: 15_897_600,
    scope: '',
  });
  const refresh = (token: unknown) =>
    askToken(github, { grant_type: 'refresh_token', refresh_token: String(token) });
  const second = (await refresh(first.refresh_token)).body;
  expect((await askApi(github, '/user', String(first.access_token))).status).toBe(401);
  expect((await askApi(github, '/user', String(second.access_token))).status).toBe(200);
  expect(await refresh(first.refresh_token)).toMatchObject({
    status: 200,
    body: { error: 'bad_refresh_token' },
  });
  github.advance(28_800_000);
  expect((await askApi(github, '/user', String(second.access_token))).status).toBe(401);
  const third = (await refresh(second.refresh_token)).body;
  github.advance(15_897_600_000);
  expect((await refresh(third.refresh_token)).body.error).toBe('bad_refresh_token');
});

it('tells an app whether a token of its own still lives, and ends it', async () => {
  await using github = await startGithubLike(only);
  const [one, two, three] = [await tokenOf(github), await tokenOf(github), await tokenOf(github)];
  expect(await askApplication(github, one)).toBe(200);
  expect(await askApplication(github, 'gho_another')).toBe(404);
  expect(await askApplication(github, one, 'DELETE')).toBe(204);
  expect(await askApplication(github, one)).toBe(404);
  expect(await askApplication(github, two, 'DELETE', 'grant')).toBe(204);
  expect((await askApi(github, '/user', three)).status).toBe(401);
  const { id } = github.client;
  const anonymous = await fetch(`${github.apiUrl}/applications/${id}/token`, { method: 'POST', body: '{}' });
  expect(anonymous.status).toBe(401);
});

it('ends all that the app has of an account', async () => {
  await using github = await startGithubLike(only);
  const [token, code] = [await tokenOf(github, 'user:email'), await codeOf(github)];
  github.revoke(adaAtGithub);
  expect(await askApi(github, '/user', token)).toMatchObject({
    status: 401,
    body: { message: 'Bad credentials' },
  });
  expect(await askApplication(github, token)).toBe(404);
  expect((await askToken(github, { code })).body.error).toBe('bad_verification_code');
  expect((await askToken(github, { code: await codeOf(github) })).body.scope).toBe('');
});
