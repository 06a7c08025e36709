import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { adaAtGithub, githubRateLimit, githubSecondaryRateLimit, startGithubLike } from '../../src/index.ts';
import { askApi, tokenOf } from './github.ts';
import { callback } from './walk.ts';

const only = { redirectUri: callback, signInAs: adaAtGithub };

it('says who it is by a number, without an address', async () => {
  await using github = await startGithubLike(only);
  expect((await askApi(github, '/user', await tokenOf(github))).body).toMatchObject({
    id: 1005,
    login: 'ada',
    name: 'Ada Lovelace',
    avatar_url: `${github.origin}/avatars/u/1005?v=4`,
    email: null,
  });
});

it('answers nobody who does not say what they are', async () => {
  await using github = await startGithubLike(only);
  const [response]: IncomingMessage[] = await once(get(`${github.apiUrl}/user`), 'response');
  expect(response?.statusCode).toBe(403);
  response?.resume();
  expect((await fetch(`${github.apiUrl}/user`)).status).toBe(401);
});

it('shows what the scopes allow', async () => {
  await using github = await startGithubLike({
    ...only,
    accounts: [{ ...adaAtGithub, orgs: ['acme', 'open'], publicOrgs: ['open'] }],
  });
  const none = await tokenOf(github);
  expect((await askApi(github, '/user/emails', none)).status).toBe(404);
  for (const path of ['/user/orgs', '/user/teams', '/user/memberships/orgs']) {
    expect((await askApi(github, path, none)).status).toBe(403);
  }
  const email = await tokenOf(github, 'user:email');
  expect((await askApi(github, '/user/emails', email)).body).toEqual([
    { email: 'ada@example.com', primary: true, verified: true, visibility: 'private' },
    { email: 'ada@unverified.example', primary: false, verified: false, visibility: null },
  ]);
  const logins = async (token: string) => (await askApi(github, '/user/orgs', token)).body;
  expect(await logins(await tokenOf(github, 'user'))).toMatchObject([{ login: 'open' }]);
  const org = await tokenOf(github, 'read:org');
  expect(await logins(org)).toMatchObject([{ login: 'acme' }, { login: 'open' }]);
  expect((await askApi(github, '/user/teams', org)).body).toMatchObject([
    { slug: 'engines', organization: { login: 'acme' } },
  ]);
});

it('shows a GitHub App what its permissions allow', async () => {
  await using github = await startGithubLike({ ...only, app: 'github-app', permissions: ['emails'] });
  const token = await tokenOf(github);
  expect((await askApi(github, '/user/emails', token)).status).toBe(200);
  expect((await askApi(github, '/user/orgs', token)).body).toEqual([]);
  expect((await askApi(github, '/user/teams', token)).status).toBe(403);
});

it('lists no organization that has only invited, or has not let the app in', async () => {
  await using github = await startGithubLike(only);
  github.change(adaAtGithub, {
    orgs: ['acme', 'strict'],
    unapprovedOrgs: ['strict'],
    pendingOrgs: ['inviting'],
  });
  const token = await tokenOf(github, 'read:org');
  expect((await askApi(github, '/user/orgs', token)).body).toMatchObject([{ login: 'acme' }]);
  expect((await askApi(github, '/user/memberships/orgs', token)).body).toMatchObject([
    { state: 'active', organization: { login: 'acme' } },
    { state: 'pending', organization: { login: 'inviting' } },
  ]);
  expect((await askApi(github, '/user/memberships/orgs?state=pending', token)).body).toHaveLength(1);
  github.change(adaAtGithub, { orgs: [] });
  expect((await askApi(github, '/user/orgs', token)).body).toEqual([]);
});

it('lists 30 at a time, at most 100, and says where the rest is', async () => {
  const orgs = Array.from({ length: 131 }, (_, index) => `org-${index}`);
  await using github = await startGithubLike({ ...only, accounts: [{ ...adaAtGithub, orgs }] });
  const token = await tokenOf(github, 'read:org');
  const walk = async (path: string) => {
    const pages: number[] = [];
    for (let next: string | undefined = path; next; ) {
      const { body, headers } = await askApi(github, next, token);
      pages.push(Array.isArray(body) ? body.length : 0);
      next = /<([^>]*)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
    }
    return pages;
  };
  expect(await walk('/user/orgs')).toEqual([30, 30, 30, 30, 11]);
  expect(await walk('/user/orgs?per_page=100')).toEqual([100, 31]);
  expect(await walk('/user/orgs?per_page=1000')).toEqual([100, 31]);
});

it('suspends an account', async () => {
  await using github = await startGithubLike(only);
  const token = await tokenOf(github);
  github.change(adaAtGithub, { disabled: true });
  expect((await askApi(github, '/user', token)).status).toBe(403);
});

it('is out of requests', async () => {
  await using github = await startGithubLike(only);
  const token = await tokenOf(github);
  github.fail('user', githubRateLimit(), { times: 1 });
  const limited = await askApi(github, '/user', token);
  expect([limited.status, limited.headers.get('x-ratelimit-remaining')]).toEqual([403, '0']);
  github.fail('user', githubSecondaryRateLimit(7), { times: 1 });
  expect((await askApi(github, '/user', token)).headers.get('retry-after')).toBe('7');
  expect((await askApi(github, '/user', token)).headers.get('x-ratelimit-remaining')).toBe('4999');
});

it('logs and counts what it is asked, fails, and is gone for a while', async () => {
  await using github = await startGithubLike(only);
  const token = await tokenOf(github);
  github.fail('token', 'status-500');
  expect((await fetch(github.tokenEndpoint, { method: 'POST' })).status).toBe(500);
  github.recover('token');
  await github.stopListening();
  await expect(fetch(github.tokenEndpoint)).rejects.toThrow('fetch failed');
  await github.listenAgain();
  expect((await askApi(github, '/user', token)).status).toBe(200);
  expect(github.requests.count('token')).toBe(2);
  expect(github.requests.at(-1)).toMatchObject({
    method: 'GET',
    path: '/api/v3/user',
    authorization: 'Bearer',
  });
});
