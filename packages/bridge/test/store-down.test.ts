import { DatabaseSync } from 'node:sqlite';
import { ConfigurationError } from '@mcp-whoami/environment';
import { isIdpUnreachable } from '@mcp-whoami/provider';
import { adaAtGithub, freePort } from '@mcp-whoami/testkit';
import { describeRedis } from '@mcp-whoami/testkit/redis';
import { expect, it } from 'vitest';
import { type Answer, choose, formsOf, openTab } from './browser.ts';
import { callWith, refusalOf, registerClient, tokensOf } from './client.ts';
import { startWithGithub } from './github.ts';
import { redisServer, secret, sqliteFile } from './stores.ts';

const startWithRedis = async () => {
  await using cleanup = new AsyncDisposableStack();
  const redis = cleanup.use(await redisServer());
  const settings = { storeUrl: redis.url, bridgeSecret: [secret], tokenCacheSeconds: 0 };
  const bridge = cleanup.use(await startWithGithub({ settings }, { signInAs: adaAtGithub }));
  const running = cleanup.move();
  return { ...bridge, redis, [Symbol.asyncDispose]: () => running.disposeAsync() };
};

const retryLater = { status: 503, retryAfter: expect.stringMatching(/^[1-9]\d*$/) };
const saysRetryLater = ({ status, headers }: Answer | Response) =>
  expect({ status, retryAfter: headers.get('retry-after') }).toEqual(retryLater);

/** Asks until the store is there again. */
const untilItIsBack = async <Answer>(
  ask: () => Promise<Answer>,
  isThere: (answer: Answer) => boolean,
): Promise<Answer> => {
  let answer = await ask();
  await expect
    .poll(
      async () => {
        if (!isThere(answer)) answer = await ask();
        return isThere(answer);
      },
      { timeout: 10_000 },
    )
    .toBe(true);
  return answer;
};
const whenItIsBack = <Answer extends { status: number }>(ask: () => Promise<Answer>) =>
  untilItIsBack(ask, ({ status }) => status !== 503);

describeRedis('while the store is down', () => {
  it('clients are told to come again, and nothing of theirs is lost', async () => {
    await using bridge = await startWithRedis();
    const client = await registerClient(bridge.publicUrl);
    const tokens = await client.signIn('ada');
    const begun = await client.begin();
    const callback = await client.walk(begun, 'ada');

    await bridge.redis.kill();
    expect(await refusalOf(await client.refresh(tokens.refresh_token))).toMatchObject({
      ...retryLater,
      error: 'temporarily_unavailable',
    });
    expect(await refusalOf(await client.redeem(callback, begun))).toMatchObject({
      ...retryLater,
      error: 'temporarily_unavailable',
    });
    saysRetryLater(await client.revoke(tokens.refresh_token));
    saysRetryLater(await client.revoke(tokens.access_token));
    saysRetryLater(await callWith(bridge.publicUrl, tokens.access_token));
    await expect(bridge.connection.verifyAccessToken(tokens.access_token)).rejects.toMatchObject({
      code: 'idp_unavailable',
      status: 503,
    });
    // Neither needs it.
    expect((await fetch(`${bridge.publicUrl}/oauth/jwks`)).status).toBe(200);
    const meanwhile = await registerClient(bridge.publicUrl);
    expect(bridge.logs.map(({ message }) => message).join()).not.toContain(secret);

    await bridge.redis.restart();
    expect((await whenItIsBack(() => callWith(bridge.publicUrl, tokens.access_token))).status).toBe(200);
    await tokensOf(await client.redeem(callback, begun));
    const next = await tokensOf(await client.refresh(tokens.refresh_token));
    expect((await client.revoke(next.refresh_token)).status).toBe(200);
    expect((await callWith(bridge.publicUrl, next.access_token)).status).toBe(401);
    await meanwhile.signIn('ada');
  });

  it('each page says so, and the sign-in goes on afterwards', async () => {
    await using bridge = await startWithRedis();
    const client = await registerClient(bridge.publicUrl);
    const begun = await client.begin();
    const browser = openTab();
    const steps: string[] = [];
    const step = async (ask: () => Promise<Answer>) => {
      await bridge.redis.kill();
      const page = await ask();
      saysRetryLater(page);
      steps.push(page.url.pathname.replace(/[\w-]{20,}/, ':uid'));
      await bridge.redis.restart();
      return whenItIsBack(ask);
    };

    await bridge.redis.kill();
    // A client that is known is told by way of its redirect URI, which can say no 503 (RFC 6749 §4.1.2.1).
    const refused = await browser.go(begun.url);
    expect(Object.fromEntries(refused.location?.searchParams ?? [])).toMatchObject({
      error: 'temporarily_unavailable',
      state: begun.state,
      iss: bridge.publicUrl,
    });
    await bridge.redis.restart();
    let page = await untilItIsBack(
      () => browser.go(begun.url),
      ({ location }) => location?.origin === bridge.publicUrl,
    );
    while (!page.location?.href.startsWith('http://127.0.0.1')) {
      const last = page;
      const { location } = last;
      if (location === undefined) page = await step(() => choose(browser, last));
      else if (location.origin === bridge.publicUrl) page = await step(() => browser.go(location));
      else page = await browser.go(location);
    }
    await tokensOf(await client.redeem(page.location, begun));

    expect(steps).toEqual([
      '/oauth/sign-in/:uid',
      '/oauth/sign-in/:uid',
      '/oauth/callback',
      '/oauth/sign-in/:uid/done',
      '/oauth/authorize/:uid',
    ]);
  });

  it('a person’s own page says so', async () => {
    await using bridge = await startWithRedis();
    await (await registerClient(bridge.publicUrl)).signIn('ada');
    const browser = openTab();
    const url = `${bridge.publicUrl}/sign-ins`;
    const entry = await browser.go(url);
    const own = await browser.follow(await browser.go(url, { form: formsOf(entry)[0] ?? {} }));
    const [form = {}] = formsOf(own);
    expect(form).toHaveProperty('grant');

    await bridge.redis.kill();
    saysRetryLater(await browser.go(url));
    saysRetryLater(await browser.go(url, { form: formsOf(entry)[0] ?? {} }));
    saysRetryLater(await browser.go(url, { form }));

    await bridge.redis.restart();
    await whenItIsBack(() => browser.go(url, { form }));
    expect((await browser.go(url)).html).toContain('No program has access');
  });

  it('that it hangs is the same', async () => {
    await using bridge = await startWithRedis();
    const client = await registerClient(bridge.publicUrl);
    const tokens = await client.signIn('ada');
    await bridge.redis.signal('SIGSTOP');
    const began = performance.now();
    const answers = await Promise.all([
      client.refresh(tokens.refresh_token),
      callWith(bridge.publicUrl, tokens.access_token),
      fetch(`${bridge.publicUrl}/oauth/callback?state=unknown`),
    ]);
    for (const answer of answers) saysRetryLater(answer);
    expect(performance.now() - began).toBeLessThan(10_000);
    await bridge.redis.signal('SIGCONT');
    expect((await whenItIsBack(() => callWith(bridge.publicUrl, tokens.access_token))).status).toBe(200);
    await tokensOf(await client.refresh(tokens.refresh_token));
  });
});

it('a file that another process does not let go of is the same', async () => {
  await using store = await sqliteFile();
  const settings = { storeUrl: store.url, bridgeSecret: [secret], tokenCacheSeconds: 0 };
  await using bridge = await startWithGithub({ settings }, { signInAs: adaAtGithub });
  const client = await registerClient(bridge.publicUrl);
  const tokens = await client.signIn('ada');
  {
    using other = new DatabaseSync(store.file);
    other.exec('BEGIN IMMEDIATE');
    expect(await refusalOf(await client.refresh(tokens.refresh_token))).toMatchObject({
      ...retryLater,
      error: 'temporarily_unavailable',
    });
    // Who only reads does not wait.
    expect((await callWith(bridge.publicUrl, tokens.access_token)).status).toBe(200);
  }
  const one = await tokensOf(await client.refresh(tokens.refresh_token));
  await tokensOf(await client.refresh(tokens.refresh_token));
  expect((await callWith(bridge.publicUrl, one.access_token)).status).toBe(200);
});

it('a store that is not there at start is named, and may be waited for', async () => {
  const storeUrl = `redis://somebody:hunter2@127.0.0.1:${await freePort()}/0`;
  const error = await startWithGithub({ settings: { storeUrl, bridgeSecret: [secret] } }).catch(
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ConfigurationError);
  expect(error).toMatchObject({
    problems: [{ setting: 'storeUrl', found: expect.stringContaining('redis://') }],
  });
  expect(String(error)).not.toContain('hunter2');
  expect(isIdpUnreachable(error)).toBe(true);
});

it('a store that cannot be one is named, and is not waited for', async () => {
  const settings = { storeUrl: 'sqlite:/nowhere/at/all/store.db', bridgeSecret: [secret] };
  const error = await startWithGithub({ settings }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConfigurationError);
  expect(error).toMatchObject({ problems: [{ setting: 'storeUrl' }] });
  expect(isIdpUnreachable(error)).toBe(false);
});
