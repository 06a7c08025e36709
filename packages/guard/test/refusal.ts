import { expect } from 'vitest';
import { expectNoTrace } from './captured-log.ts';
import type { GuardedServer } from './guarded-server.ts';

/** What every challenge of the first resource says. */
export const invitation = (server: GuardedServer) => ({
  scope: 'openid profile',
  resource_metadata: `${server.origin}/.well-known/oauth-protected-resource/mcp`,
});

/** What of an answer can be read: nothing of it may say more than it should. */
const textOf = (headers: Headers, body: string) => `${JSON.stringify([...headers])}${body}`;

/**
 * Checks all that every refusal has in common: no stack and no token in the answer, and one log line, with the
 * answer's request id and without a token.
 */
export const expectRefusal = (
  { log }: GuardedServer,
  answer: { status: number; headers: Headers; body: string },
  expected: { status: number; reason: string },
  ...tokens: readonly string[]
) => {
  expect(answer.status).toBe(expected.status);
  expect(log.records()).toEqual([
    expect.objectContaining({
      ...expected,
      requestId: answer.headers.get('x-request-id'),
      msg: expect.any(String),
    }),
  ]);
  expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(textOf(answer.headers, answer.body)).not.toMatch(/\.ts|node_modules| {4}at |SECRET/);
  expectNoTrace(textOf(answer.headers, answer.body), ...tokens);
  expectNoTrace(log.lines.join(''), ...tokens);
};

/** An answer of fetch with its body. */
export const readAnswer = async (response: Response) => ({
  status: response.status,
  headers: response.headers,
  body: await response.text(),
});
