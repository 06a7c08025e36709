import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '@mcp-whoami/environment';
import { adaAtGithub, startGithubLike } from '@mcp-whoami/testkit';
import { describeRedis } from '@mcp-whoami/testkit/redis';
import { describe, expect, it } from 'vitest';
import { type BridgeUnderTest, startBridge } from './bridge-under-test.ts';
import { choose, openTab } from './browser.ts';
import { callWith, registerClient, tokensOf } from './client.ts';
import { minutes, pass } from './clock.ts';
import { startFront } from './front.ts';
import { upstreamOf } from './github.ts';
import { describeEachStore, otherSecret, redisServer, secret, sqliteFile } from './stores.ts';

const thirdSecret = 'Zk2xJ8wVbN5mQ7rT1yU4iO6pA9sD3fG0hL5zX8cV2bM=';

/** A public URL, an IdP and a store that outlive the bridges with which it is started. */
const startAround = async (storeUrl: string, app: 'oauth-app' | 'github-app' = 'oauth-app') => {
  await using cleanup = new AsyncDisposableStack();
  const front = cleanup.use(await startFront());
  const github = cleanup.use(
    await startGithubLike({ redirectUri: `${front.origin}/oauth/callback`, signInAs: adaAtGithub, app }),
  );
  let running: BridgeUnderTest | undefined;
  const stop = async () => running?.[Symbol.asyncDispose]();
  cleanup.defer(stop);
  const owned = cleanup.move();
  return {
    publicUrl: front.origin,
    github,
    start: async (...bridgeSecret: string[]) => {
      await stop();
      running = await startBridge({
        upstream: upstreamOf(github),
        publicUrl: front.origin,
        settings: { storeUrl, bridgeSecret },
      });
      front.forwardTo(running.origin);
      return running;
    },
    stop,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
};

describeEachStore((startStore) => {
  it('is rotated in three starts, and nobody is signed out', async () => {
    await using store = await startStore();
    await using around = await startAround(store.url);
    await around.start(secret);
    const client = await registerClient(around.publicUrl);
    let tokens = await client.signIn('ada');
    // In the midst of a sign-in: at the IdP.
    const begun = await client.begin();
    const browser = openTab();
    const atIdp = await choose(browser, await browser.open(begun.url));

    for (const secrets of [[otherSecret, secret], [otherSecret]]) {
      const bridge = await around.start(...secrets);
      expect((await callWith(around.publicUrl, tokens.access_token)).status).toBe(200);
      tokens = await tokensOf(await client.refresh(tokens.refresh_token));
      expect((await callWith(around.publicUrl, tokens.access_token)).status).toBe(200);
      expect(bridge.logs).toEqual([]);
    }
    const back = await browser.follow(atIdp, 'http://127.0.0.1');
    await tokensOf(await client.redeem(back.location ?? back.url, begun));
  });

  it('seals all that there is with the new one at once: what nobody has used since too', async () => {
    await using store = await startStore();
    await using around = await startAround(store.url);
    await around.start(secret);
    const client = await registerClient(around.publicUrl);
    const tokens = await client.signIn('ada');
    await around.start(otherSecret, secret);
    await around.start(otherSecret);
    expect((await callWith(around.publicUrl, tokens.access_token)).status).toBe(200);
    await tokensOf(await client.refresh(tokens.refresh_token));
  });

  it('is refused at start when it is another, by the name of the setting', async () => {
    await using store = await startStore();
    await using around = await startAround(store.url);
    await around.start(secret);
    await around.stop();
    for (const secrets of [[otherSecret], [otherSecret, thirdSecret]]) {
      const error = await around.start(...secrets).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(error).toMatchObject({ problems: [{ setting: 'bridgeSecret' }] });
      expect(String(error)).not.toContain(otherSecret);
    }
    await around.start(otherSecret, secret);
    // It is resealed: the old one alone opens it no longer.
    await expect(around.start(secret)).rejects.toThrow(ConfigurationError);
  });

  it('has nothing to do with the client secret at the IdP, which may change', async () => {
    await using store = await startStore();
    await using around = await startAround(store.url, 'github-app');
    await around.start(secret);
    const client = await registerClient(around.publicUrl);
    const tokens = await client.signIn('ada');

    Object.assign(around.github.client, { secret: 'another-secret-at-github' });
    await around.start(secret);

    expect((await callWith(around.publicUrl, tokens.access_token)).status).toBe(200);
    pass(minutes(9 * 60));
    await tokensOf(await client.refresh(tokens.refresh_token));
  });
});

describe('what is on the disk', () => {
  const filesIn = async (folder: string): Promise<{ name: string; bytes: Buffer }[]> => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    return Promise.all(
      files.map(async ({ parentPath, name }) => ({ name, bytes: await readFile(join(parentPath, name)) })),
    );
  };

  /** Signs in, refreshes, and leaves a sign-in and a code that are under way: all that could be read is returned. */
  const useAll = async (publicUrl: string) => {
    const client = await registerClient(publicUrl, { client_name: 'A very particular program' });
    const tokens = await client.signIn('ada');
    const next = await tokensOf(await client.refresh(tokens.refresh_token));
    const begun = await client.begin();
    const callback = await client.walk(begun, 'ada');
    const browser = openTab();
    const page = await browser.open((await client.begin()).url);
    const atIdp = await choose(browser, page);
    const personal = await browser.open(`${publicUrl}/sign-ins`);
    const cookies = await browser.cookies.getCookies(page.url.href);
    return {
      'the client': client.client.client_id,
      'its name': 'A very particular program',
      'where it is': '127.0.0.1:49152',
      'an access token': next.access_token,
      'its signature': next.access_token.split('.')[2],
      'a refresh token': next.refresh_token,
      'a used refresh token': tokens.refresh_token,
      'a code': callback.searchParams.get('code'),
      'the state of a client': begun.state,
      'the state at the IdP': atIdp.location?.searchParams.get('state'),
      'the nonce or challenge at the IdP': atIdp.location?.searchParams.get('code_challenge'),
      'an interaction': page.url.pathname.split('/').at(-1),
      'a subject': 'github:1005',
      'an e-mail address': 'ada@example.com',
      'a person': 'Ada Lovelace',
      'a token of GitHub': 'gho_',
      'the secret': secret,
      'a private key': '"d":',
      ...Object.fromEntries(cookies.map(({ key, value }) => [`the cookie ${key}`, value])),
      ...(personal.status === 200 ? {} : { 'no page': '' }),
    };
  };

  const leaks = (files: readonly { name: string; bytes: Buffer }[], texts: object) =>
    Object.entries(texts).flatMap(([what, text]) => {
      expect(text, what).toMatch(/.{4}/);
      return files.filter(({ bytes }) => bytes.includes(text)).map(({ name }) => `${what} in ${name}`);
    });

  it('cannot be read in a file of SQLite, which is its owner’s alone', async () => {
    await using store = await sqliteFile();
    await using around = await startAround(store.url);
    await around.start(secret);
    const texts = await useAll(around.publicUrl);

    const files = await filesIn(join(store.file, '..'));

    expect(files.map(({ name }) => name).toSorted()).toEqual(['store.db', 'store.db-shm', 'store.db-wal']);
    expect(Buffer.concat(files.map(({ bytes }) => bytes)).includes('RefreshToken')).toBe(true);
    expect(leaks(files, texts)).toEqual([]);
    for (const { name } of files)
      expect((await stat(join(store.file, '..', name))).mode & 0o777, name).toBe(0o600);
    await around.stop();
    expect(leaks(await filesIn(join(store.file, '..')), texts)).toEqual([]);
  });

  describeRedis('of Redis', () => {
    it('cannot be read, not even in the log of all that was ever written', async () => {
      await using store = await redisServer();
      await using around = await startAround(store.url);
      await around.start(secret);
      const texts = await useAll(around.publicUrl);

      const files = await filesIn(store.folder);

      expect(Buffer.concat(files.map(({ bytes }) => bytes)).includes('RefreshToken')).toBe(true);
      expect(leaks(files, texts)).toEqual([]);
    });
  });
});
