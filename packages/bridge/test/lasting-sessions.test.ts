import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { registerClient } from './client.ts';
import { startWithGithub } from './github.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

/** GitHub keeps ten tokens of a person for an app: with the eleventh the oldest ends. */
const SIGN_INS = 11;

it('the first of many clients of a person is not signed out by the last one', async () => {
  await using bridge = await startWithGithub();
  const client = await registerClient(bridge.publicUrl);
  const first = await client.signIn('ada');
  for (let count = 1; count < SIGN_INS; count += 1) await client.signIn('ada');

  vi.setSystemTime(Date.now() + 20 * 60_000);
  const response = await client.refresh(first.refresh_token);

  expect(response.status).toBe(200);
});
