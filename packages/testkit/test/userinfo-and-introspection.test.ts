import { expect, it } from 'vitest';
import {
  ada,
  casdoorLike,
  dexLike,
  githubLikeUser,
  graphqlViewer,
  notionLike,
  type StandIn,
  signInForToken,
  slackLike,
  startStandIn,
} from '../src/index.ts';
import { getJson, postForm } from './http.ts';

const resource = 'http://localhost:3001/mcp';

const introspect = (
  { introspectionUrl, introspectionClient }: StandIn,
  token: string,
  by = introspectionClient,
) => {
  const { clientId, clientSecret, clientAuth } = by;
  if (clientAuth === 'client_secret_post') {
    return postForm(introspectionUrl, { token, client_id: clientId, client_secret: clientSecret });
  }
  const basic = btoa(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`);
  return postForm(introspectionUrl, { token }, { authorization: `Basic ${basic}` });
};

it('answers for opaque tokens at userinfo and introspection until they are revoked', async () => {
  await using idp = await startStandIn({ accessTokens: 'opaque', introspection: true });
  const token = await idp.issueAccessToken({ scope: 'openid email' });
  const userinfo = await getJson(idp.userinfoUrl, token);
  expect(userinfo.body).toEqual({ sub: ada.sub, email: ada.email, email_verified: true });
  expect((await introspect(idp, token)).body).toMatchObject({
    active: true,
    sub: 'ada',
    scope: 'openid email',
  });
  await idp.revoke(token);
  expect((await getJson(idp.userinfoUrl, token)).status).toBe(401);
  expect((await introspect(idp, token)).body).toEqual({ active: false });
});

it('refuses tokens bound to a resource at userinfo, as oidc-provider and Logto do', async () => {
  await using idp = await startStandIn({ accessTokens: 'opaque', introspection: true });
  const token = await idp.issueAccessToken({ resource });
  expect((await getJson(idp.userinfoUrl, token)).status).toBe(401);
  expect((await introspect(idp, token)).body).toMatchObject({ active: true, aud: resource });
});

it('knows its JWT access tokens only where told to, as Keycloak does', async () => {
  await using forgetful = await startStandIn({ introspection: true });
  const unknown = await forgetful.issueAccessToken({ resource });
  expect((await getJson(forgetful.userinfoUrl, unknown)).status).toBe(401);
  expect((await introspect(forgetful, unknown)).body.error).toBe('unsupported_token_type');

  await using idp = await startStandIn({ introspection: true, jwtsHonoured: true });
  for (const token of [
    await idp.issueAccessToken({ resource }),
    (await signInForToken(idp, { resource })).accessToken,
  ]) {
    expect((await getJson(idp.userinfoUrl, token)).body).toMatchObject({ sub: 'ada', email: ada.email });
    expect((await introspect(idp, token)).body).toMatchObject({ active: true, sub: 'ada', aud: resource });
    await idp.revoke(token);
    expect((await getJson(idp.userinfoUrl, token)).status).toBe(401);
    expect((await introspect(idp, token)).body).not.toHaveProperty('sub');
  }
});

it('takes the one client authentication it is told to and shapes its introspection answers', async () => {
  await using idp = await startStandIn({
    accessTokens: 'opaque',
    introspection: {
      clientAuth: 'client_secret_post',
      answer: ({ sub: _sub, exp, ...answer }, account) => ({
        ...answer,
        username: account?.name,
        exp: Number(exp) + 0.5,
      }),
    },
  });
  const token = await idp.issueAccessToken();
  const { body } = await introspect(idp, token);
  expect(body).toMatchObject({ active: true, username: ada.name });
  expect(body).not.toHaveProperty('sub');
  expect(Number(body.exp) % 1).toBe(0.5);
  const basic = await introspect(idp, token, {
    ...idp.introspectionClient,
    clientAuth: 'client_secret_basic',
  });
  expect(basic.status).toBe(401);
  expect(idp.requests.map(({ form, authorization }) => [form.client_id, authorization])).toEqual([
    ['resource-server', undefined],
    [undefined, 'Basic'],
  ]);
});

it.each([
  ['GitHub', githubLikeUser, 200, 401, 'Bad credentials'],
  ['Slack', slackLike, 200, 200, 'invalid_auth'],
  ['Casdoor', casdoorLike, 200, 200, 'error'],
  ['Dex', dexLike, 200, 403, 'access_denied'],
] as const)('has the user endpoint of %s', async (_name, userinfoAnswer, good, bad, text) => {
  await using idp = await startStandIn({ accessTokens: 'opaque', userinfoPath: '/user', userinfoAnswer });
  const token = await idp.issueAccessToken();
  const accepted = await getJson(idp.userinfoUrl, token);
  expect(accepted.status).toBe(good);
  expect(accepted.text).toContain(ada.name);
  await idp.revoke(token);
  for (const refused of [await getJson(idp.userinfoUrl, token), await getJson(idp.userinfoUrl)]) {
    expect(refused.status).toBe(bad);
    expect(refused.text).toContain(text);
  }
});

it('has user endpoints that want a body or a header', async () => {
  await using graphql = await startStandIn({ accessTokens: 'opaque', userinfoAnswer: graphqlViewer });
  const ask = async (token: string) =>
    (
      await fetch(graphql.userinfoUrl, {
        method: 'POST',
        body: JSON.stringify({ query: '{ viewer { id } }' }),
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      })
    ).json();
  expect(await ask(await graphql.issueAccessToken())).toMatchObject({ data: { viewer: { id: 'usr_ada' } } });
  expect(await ask('unknown')).toMatchObject({ data: null, errors: [{}] });

  await using notion = await startStandIn({ accessTokens: 'opaque', userinfoAnswer: notionLike });
  const token = await notion.issueAccessToken();
  expect((await getJson(notion.userinfoUrl, token)).status).toBe(400);
  const headers = { authorization: `Bearer ${token}`, 'notion-version': '2022-06-28' };
  expect(await (await fetch(notion.userinfoUrl, { headers })).json()).toMatchObject({
    bot: { owner: { user: {} } },
  });
});
