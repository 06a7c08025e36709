import { join } from 'node:path';
import { adaAtGithub, runProgram, startGithubLike } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { choose, openTab } from './browser.ts';
import { callWith, refusalOf, registerClient, tokensOf } from './client.ts';
import { startFront } from './front.ts';
import { describeEachStore, secret } from './stores.ts';

const program = join(import.meta.dirname, 'bridge-program.ts');

/** A bridge in a process of its own, behind a public URL that outlives it. */
const startProgram = async (settings: { storeUrl: string; bridgeSecret?: string[] }) => {
  await using cleanup = new AsyncDisposableStack();
  const front = cleanup.use(await startFront());
  const github = cleanup.use(
    await startGithubLike({ redirectUri: `${front.origin}/oauth/callback`, signInAs: adaAtGithub }),
  );
  const { origin, client, authorizationEndpoint, tokenEndpoint } = github;
  const told = JSON.stringify({
    github: { origin, client, authorizationEndpoint, tokenEndpoint },
    publicUrl: front.origin,
    settings,
  });
  const start = async () => {
    const started = await runProgram(process.execPath, [program, told], { ready: /listens at (\S+)\n/ });
    front.forwardTo(started.found);
    return started;
  };
  let running = await start();
  cleanup.defer(() => running.end('SIGKILL'));
  const owned = cleanup.move();
  return {
    publicUrl: front.origin,
    github,
    /** kill -9, and start again. */
    restart: async () => {
      await running.end('SIGKILL');
      running = await start();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
};

describeEachStore((startStore) => {
  it('goes on where it was after a kill -9, and nobody signs in again', async () => {
    await using store = await startStore();
    await using bridge = await startProgram({ storeUrl: store.url, bridgeSecret: [secret] });
    const client = await registerClient(bridge.publicUrl);
    const tokens = await client.signIn('ada');
    const asked = bridge.github.requests.length;

    await bridge.restart();

    expect((await callWith(bridge.publicUrl, tokens.access_token)).status).toBe(200);
    const next = await tokensOf(await client.refresh(tokens.refresh_token));
    await bridge.restart();
    const last = await tokensOf(await client.refresh(next.refresh_token));
    expect((await callWith(bridge.publicUrl, last.access_token)).status).toBe(200);
    expect(bridge.github.requests).toHaveLength(asked);
    await client.revoke(last.refresh_token);
    await bridge.restart();
    expect((await callWith(bridge.publicUrl, last.access_token)).status).toBe(401);
    expect(await refusalOf(await client.refresh(last.refresh_token))).toMatchObject({
      error: 'invalid_grant',
    });
  });

  it('finishes a sign-in in the midst of which it is killed before each step', async () => {
    await using store = await startStore();
    await using bridge = await startProgram({ storeUrl: store.url, bridgeSecret: [secret] });
    const client = await registerClient(bridge.publicUrl);
    const begun = await client.begin();
    const browser = openTab();

    await bridge.restart();
    let page = await browser.go(begun.url);
    const steps: string[] = [];
    while (!page.location?.href.startsWith('http://127.0.0.1')) {
      const url = page.location ?? page.url;
      steps.push(url.pathname.replace(/[\w-]{20,}/, ':uid'));
      if (url.origin === bridge.publicUrl) await bridge.restart();
      page = page.location === undefined ? await choose(browser, page) : await browser.go(page.location);
    }
    await bridge.restart();
    const { access_token: token } = await tokensOf(await client.redeem(page.location, begun));

    expect((await callWith(bridge.publicUrl, token)).status).toBe(200);
    expect(steps).toEqual([
      '/oauth/sign-in/:uid',
      '/oauth/sign-in/:uid',
      '/login/oauth/authorize',
      '/oauth/callback',
      '/oauth/sign-in/:uid/done',
      '/oauth/authorize/:uid',
    ]);
  });

  it('does not let a code be used again that was used before it was killed', async () => {
    await using store = await startStore();
    await using bridge = await startProgram({ storeUrl: store.url, bridgeSecret: [secret] });
    const client = await registerClient(bridge.publicUrl);
    const begun = await client.begin();
    const callback = await client.walk(begun, 'ada');
    const tokens = await tokensOf(await client.redeem(callback, begun));
    await bridge.restart();
    expect(await refusalOf(await client.redeem(callback, begun))).toMatchObject({ error: 'invalid_grant' });
    expect((await callWith(bridge.publicUrl, tokens.access_token)).status).toBe(401);
  });
});

describe('with memory:', () => {
  it('forgets, tells clients so in the way that has them register again, and serves them then', async () => {
    await using bridge = await startProgram({ storeUrl: 'memory:' });
    const client = await registerClient(bridge.publicUrl);
    const tokens = await client.signIn('ada');

    await bridge.restart();

    expect((await callWith(bridge.publicUrl, tokens.access_token)).status).toBe(401);
    expect(await refusalOf(await client.refresh(tokens.refresh_token))).toMatchObject({
      status: 401,
      error: 'invalid_client',
    });
    const again = await (await registerClient(bridge.publicUrl)).signIn('ada');
    expect((await callWith(bridge.publicUrl, again.access_token)).status).toBe(200);
  });
});
