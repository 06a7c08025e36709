import { adaAtGithub, startGithubLike } from '@mcp-whoami/testkit';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { startBridge } from './bridge-under-test.ts';
import { callWith, refusalOf, registerClient, tokensOf } from './client.ts';
import { minutes, pass } from './clock.ts';
import { startFront } from './front.ts';
import { upstreamOf } from './github.ts';
import { describeEachStore, secret } from './stores.ts';

/** Two bridges that start at once with one store, behind one public URL that asks them in turn. */
const startTwo = async (storeUrl: string, app: 'oauth-app' | 'github-app' = 'oauth-app') => {
  await using cleanup = new AsyncDisposableStack();
  const front = cleanup.use(await startFront());
  const github = cleanup.use(
    await startGithubLike({ redirectUri: `${front.origin}/oauth/callback`, signInAs: adaAtGithub, app }),
  );
  const start = () =>
    startBridge({
      upstream: upstreamOf(github),
      publicUrl: front.origin,
      settings: { storeUrl, bridgeSecret: [secret], tokenCacheSeconds: 0 },
    });
  const [one, two] = await Promise.all([start(), start()]);
  cleanup.use(one);
  cleanup.use(two);
  front.forwardTo(one.origin, two.origin);
  const running = cleanup.move();
  return {
    publicUrl: front.origin,
    github,
    each: [one, two],
    /** Which of them is asked first from now on; and whether the other one at all. */
    ask: (...bridges: { origin: string }[]) => front.forwardTo(...bridges.map(({ origin }) => origin)),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};

const keys = z.object({ keys: z.array(z.object({ kid: z.string() })).length(1) });
const keysOf = async ({ origin }: { origin: string }) =>
  keys.parse(await (await fetch(`${origin}/oauth/jwks`)).json());

describeEachStore((startStore) => {
  it('have one signing key, though both start at once on an empty store', async () => {
    await using store = await startStore();
    await using bridges = await startTwo(store.url);
    const [one, two] = await Promise.all(bridges.each.map(keysOf));
    expect(one).toEqual(two);
  });

  it.each([0, 1])('take a whole flow in turn, the one or the other first (%i)', async (first) => {
    await using store = await startStore();
    await using bridges = await startTwo(store.url);
    bridges.ask(...(first === 0 ? bridges.each : bridges.each.toReversed()));
    const client = await registerClient(bridges.publicUrl);

    let tokens = await client.signIn('ada');
    for (let round = 0; round < 3; round += 1) {
      for (const { connection } of bridges.each)
        await expect(connection.verifyAccessToken(tokens.access_token)).resolves.toBeDefined();
      tokens = await tokensOf(await client.refresh(tokens.refresh_token));
    }
    await client.revoke(tokens.access_token);
    for (const { connection } of bridges.each)
      await expect(connection.verifyAccessToken(tokens.access_token)).rejects.toMatchObject({
        code: 'revoked',
      });
  });

  it.each([2, 20])(
    'give one of %i that redeem a code at once a token, and end it: the code was reused',
    async (count) => {
      await using store = await startStore();
      await using bridges = await startTwo(store.url);
      const client = await registerClient(bridges.publicUrl);
      const begun = await client.begin();
      const callback = await client.walk(begun, 'ada');

      const answers = await Promise.all(Array.from({ length: count }, () => client.redeem(callback, begun)));

      const given = answers.filter(({ status }) => status === 200);
      expect(given).toHaveLength(1);
      const tokens = await Promise.all(given.map(tokensOf));
      for (const { access_token: token } of tokens)
        expect((await callWith(bridges.publicUrl, token)).status).toBe(401);
    },
  );

  it('give two of twenty that refresh at once a token, and the family lives', async () => {
    await using store = await startStore();
    await using bridges = await startTwo(store.url);
    const client = await registerClient(bridges.publicUrl);
    const { refresh_token: refreshToken } = await client.signIn('ada');

    const answers = await Promise.all(Array.from({ length: 20 }, () => client.refresh(refreshToken)));

    const given = answers.filter(({ status }) => status === 200);
    expect(given.length).toBeGreaterThan(0);
    expect(given.length).toBeLessThanOrEqual(2);
    for (const refused of answers.filter(({ status }) => status !== 200))
      expect(await refusalOf(refused)).toMatchObject({ status: 400, error: 'invalid_grant' });
    for (const tokens of await Promise.all(given.map(tokensOf))) {
      expect((await callWith(bridges.publicUrl, tokens.access_token)).status).toBe(200);
      await tokensOf(await client.refresh(tokens.refresh_token));
    }
  });

  it('ask the IdP once for both, and the one that waits answers 200 too', async () => {
    await using store = await startStore();
    await using bridges = await startTwo(store.url, 'github-app');
    const client = await registerClient(bridges.publicUrl);
    const { refresh_token: refreshToken } = await client.signIn('ada');
    bridges.github.requests.clear();
    pass(minutes(9 * 60));

    const answers = await Promise.all([client.refresh(refreshToken), client.refresh(refreshToken)]);

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(bridges.github.requests.count('token')).toBe(1);
    expect(bridges.github.requests.count('user')).toBe(1);
  });

  it('end a grant for both when the IdP says so to the one', async () => {
    await using store = await startStore();
    await using bridges = await startTwo(store.url);
    const client = await registerClient(bridges.publicUrl);
    const tokens = await client.signIn('ada');
    bridges.github.revoke(adaAtGithub);
    pass(minutes(16));
    const answers = await Promise.all([1, 2].map(() => client.refresh(tokens.refresh_token)));
    for (const answer of answers) expect(await refusalOf(answer)).toMatchObject({ error: 'invalid_grant' });
    for (const { connection } of bridges.each)
      await expect(connection.verifyAccessToken(tokens.access_token)).rejects.toMatchObject({ status: 401 });
  });
});
