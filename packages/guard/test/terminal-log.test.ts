import { expect, it } from 'vitest';
import { logAnswer } from '../src/core/log-answer.ts';
import { createLogger } from '../src/index.ts';

const details = { requestId: '1', address: '127.0.0.1', method: 'POST', path: '/mcp' };
const refusal = {
  status: 401,
  log: {
    level: 'warn',
    reason: 'audience_mismatch',
    message: 'expected audience "a", the token has "b"',
    mend: 'Add an Audience mapper',
  },
} as const;

/** What a logger writes to an output of that kind. */
const written = (output: { isTTY?: boolean; hasColors?: () => boolean }, write = refusal) => {
  const texts: string[] = [];
  logAnswer(createLogger({ ...output, write: (text) => texts.push(text) }), details, write);
  return texts.join('');
};

it('is for people on a terminal: the reason is a line, and the mend one of its own', () => {
  expect(written({ isTTY: true })).toMatch(
    /^\d\d:\d\d:\d\d POST \/mcp 401 audience_mismatch: expected audience "a", the token has "b" \(127\.0\.0\.1, request 1\)\n {9}→ Add an Audience mapper\n$/,
  );
});

it('has colours only where the terminal has them', () => {
  const sequence = '\u001b[';
  expect(written({ isTTY: true, hasColors: () => true })).toContain(sequence);
  expect(written({ isTTY: true, hasColors: () => false })).not.toContain(sequence);
});

it('is one JSON object a line elsewhere, with both in its text', () => {
  const line = written({});
  expect(line).toMatch(/^[^\n]+\n$/);
  expect(JSON.parse(line)).toMatchObject({
    ...details,
    reason: 'audience_mismatch',
    msg: 'expected audience "a", the token has "b". Add an Audience mapper',
  });
});

it('lets no text of a stranger move the cursor or begin a line', () => {
  const texts: string[] = [];
  const logger = createLogger({ isTTY: true, write: (text) => texts.push(text) });
  logger.warn({ method: 'GET', path: '/\u001b[2J\n00:00:00 forged', reason: 'x\r' }, 'a\nb\u009b31m');
  expect(texts.join('')).not.toMatch(/[^\P{Cc}\n]/u);
  expect(texts.join('').split('\n')).toHaveLength(2);
});

it('shows where a defect was, each frame on a line', () => {
  const texts: string[] = [];
  const logger = createLogger({ isTTY: true, write: (text) => texts.push(text) });
  logger.error({ reason: 'internal_error', err: new Error('broken') }, 'request failed');
  expect(texts.join('')).toMatch(/internal_error: request failed\n {9}Error: broken\n {9} {4}at /);
});
