import { adaAtGithub, freePort, startGithubLike } from '@mcp-whoami/testkit';
import { expect, it } from 'vitest';
import { startBridge } from './bridge-under-test.ts';
import { openTab } from './browser.ts';
import { callWith, refusalOf, registerClient } from './client.ts';
import { upstreamOf } from './github.ts';
import { secret, sqliteFile } from './stores.ts';

const githubThatSignsInAda = () => startGithubLike({ signInAs: adaAtGithub });

it('nothing of one server is anything to another that shares its store', async () => {
  await using store = await sqliteFile();
  await using github = await githubThatSignsInAda();
  const start = (allowedUsers: string[]) =>
    startBridge({
      upstream: upstreamOf(github),
      settings: { storeUrl: store.url, bridgeSecret: [secret], allowedUsers },
    });
  await using strict = await start(['github:1']);
  await using open = await start(['*']);
  for (const { publicUrl } of [strict, open]) github.registerRedirect(`${publicUrl}/oauth/callback`);

  // Begun at the one and brought to the other, with its cookies: both are localhost.
  const browser = openTab();
  const { location } = await browser.go((await (await registerClient(strict.publicUrl)).begin()).url);
  const page = await browser.go(new URL(location?.pathname ?? '', open.publicUrl));
  expect(page.status).toBe(400);

  const client = await registerClient(open.publicUrl);
  const tokens = await client.signIn('ada');
  expect((await callWith(open.publicUrl, tokens.access_token)).status).toBe(200);
  const known = strict.connection.published.metadata;
  const elsewhere = await fetch(String(known.token_endpoint), {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: client.client.client_id,
      refresh_token: tokens.refresh_token,
    }),
  });
  expect(await refusalOf(elsewhere)).toMatchObject({ status: 401, error: 'invalid_client' });
});

it('what an IdP said is nothing to a server that has another one since, and clients stay known', async () => {
  await using store = await sqliteFile();
  await using former = await githubThatSignsInAda();
  await using present = await githubThatSignsInAda();
  const port = await freePort();
  const start = (github: typeof former) => {
    github.registerRedirect(`http://localhost:${port}/oauth/callback`);
    return startBridge({
      upstream: upstreamOf(github),
      port,
      settings: { storeUrl: store.url, bridgeSecret: [secret] },
    });
  };
  const before = await start(former);
  const client = await registerClient(before.publicUrl);
  const tokens = await client.signIn('ada');
  await before[Symbol.asyncDispose]();

  await using after = await start(present);
  const refused = await callWith(after.publicUrl, tokens.access_token);
  expect(await refused.json()).toEqual({ code: 'revoked' });
  expect(await refusalOf(await client.refresh(tokens.refresh_token))).toMatchObject({
    status: 400,
    error: 'invalid_grant',
  });
  const again = await client.signIn('ada');
  expect((await callWith(after.publicUrl, again.access_token)).status).toBe(200);
});
