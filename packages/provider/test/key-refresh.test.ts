import { createServer, type ServerResponse } from 'node:http';
import { serveOnLoopback } from '@mcp-whoami/testkit';
import { exportJWK, generateKeyPair } from 'jose';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createKeySet } from '../src/idp/key-set.ts';
import { holdTimers, pass } from './clock.ts';
import { keepWarnings } from './keep-warnings.ts';

const { publicKey } = await generateKeyPair('ES256');
const jwk = await exportJWK(publicKey);

/** An issuer that publishes keys by these ids, or fails, or answers when the test has it. */
const start = async (maxAge = 86_400) => {
  const requests: ServerResponse[] = [];
  const published = { ids: ['first'], fails: false, held: false };
  const answer = (response: ServerResponse, ids = published.ids) =>
    published.fails
      ? response.socket?.destroy()
      : response.end(JSON.stringify({ keys: ids.map((kid) => ({ ...jwk, kid, alg: 'ES256' })) }));
  const server = createServer((_, response) => {
    requests.push(response);
    if (!published.held) answer(response);
  });
  const running = await serveOnLoopback(server);
  onTestFinished(() => running[Symbol.asyncDispose]());
  const url = `http://127.0.0.1:${running.port}/jwks`;
  const { warnings, logger } = keepWarnings();
  const keys = createKeySet(url, { maxAge, maxAgeName: 'TEST_KEYS_MAX_AGE_SECONDS', logger });
  const token = { payload: '', signature: '' };
  const find = async (kid: string) => (await keys.find({ alg: 'ES256', kid }, token)) !== undefined;
  const findPatiently = async (kid: string) =>
    (await keys.findPatiently({ alg: 'ES256', kid }, token)) !== undefined;
  return { requests, published, answer, warnings, find, findPatiently };
};

it('keys that were asked for before a token came do not speak against its key', async () => {
  const { requests, published, answer, find } = await start();
  await find('first');
  published.held = true;
  const early = find('early').catch((error: { code: string }) => error.code);
  await expect.poll(() => requests.length).toBe(2);
  // The answer under way does not know the key that is made now.
  published.ids = ['first', 'second'];
  const second = find('second');
  published.held = false;
  const [, underWay] = requests;
  if (underWay !== undefined) answer(underWay, ['first']);
  expect(await second).toBe(true);
  expect(await early).toBe('ERR_JWKS_NO_MATCHING_KEY');
  expect(requests.length).toBe(3);
});

it('what is sent only once waits until the keys may be asked for again', async () => {
  const { published, find, findPatiently } = await start();
  await find('first');
  for (let index = 0; index < 20; index += 1) await find(`unknown-${index}`).catch(() => undefined);
  published.ids = ['second'];
  await expect(find('second')).rejects.toMatchObject({ code: 'idp_request_failed' });
  holdTimers();
  const patient = findPatiently('second');
  await expect.poll(() => vi.getTimerCount()).toBeGreaterThan(0);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await patient).toBe(true);
});

it('keys that cannot be refreshed serve for a day and no longer, and come back with the IdP', async () => {
  const { published, warnings, find } = await start();
  await find('first');
  published.fails = true;
  for (let hour = 1; hour < 24; hour += 1) {
    pass(3_600);
    expect(await find('first')).toBe(true);
    await expect.poll(() => warnings.length).toBe(hour);
  }
  pass(3_600);
  await expect(find('first')).rejects.toMatchObject({ code: 'idp_request_failed' });
  pass(3);
  const failure = await find('first').catch((error) => error);
  expect(failure.message).toContain('TEST_KEYS_MAX_AGE_SECONDS');
  expect(failure.retryAfter).toBeCloseTo(7, 0);
  published.fails = false;
  pass(10);
  expect(await find('first')).toBe(true);
});

it('keys that cannot be refreshed serve no longer than the setting says', async () => {
  const { published, find } = await start(60);
  await find('first');
  published.fails = true;
  pass(59);
  expect(await find('first')).toBe(true);
  pass(1);
  await expect(find('first')).rejects.toMatchObject({ code: 'idp_request_failed' });
});

it('each refresh that fails is a warning, and there are no more of them than refreshes', async () => {
  const { requests, published, warnings, find } = await start();
  await find('first');
  published.fails = true;
  pass(6 * 60);
  for (let call = 0; call < 20; call += 1) await find('first');
  await expect.poll(() => warnings.length).toBe(1);
  expect(requests.length).toBe(2);
  expect(warnings[0]?.details).toEqual({ reason: 'keys_not_refreshed' });
  expect(warnings[0]?.message).toMatch(/360 seconds old.*see whether the IdP can be reached/);
  pass(11);
  await find('first');
  await expect.poll(() => warnings.length).toBe(2);
});

it('a key that was not published is asked for again when the clock was set back', async () => {
  const { published, find } = await start();
  await expect(find('second')).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
  published.ids = ['first', 'second'];
  await expect(find('second')).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
  pass(-60);
  expect(await find('second')).toBe(true);
});
