import { startStandIn } from '@mcp-whoami/testkit';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { createErrorHandler } from '../src/index.ts';
import { captureLog } from './captured-log.ts';
import { startGuarded, startGuardedServer } from './guarded-server.ts';
import { listen, sendRaw } from './raw-http.ts';

const badToken = ['Authorization: Bearer bad'];

describe('the log line of a refusal', () => {
  it('names the caller by its address, and what was called', async () => {
    await using started = await startGuarded();
    const { server } = started;
    const lines = [`POST /mcp?secret=1 HTTP/1.1`, `Host: localhost:${server.port}`, ...badToken];
    const { headers } = await sendRaw(server.port, lines);
    expect(server.log.records()).toEqual([
      expect.objectContaining({
        requestId: headers.get('x-request-id'),
        address: '127.0.0.1',
        method: 'POST',
        path: '/mcp',
      }),
    ]);
  });

  it('names the address of which the proxy tells, as one text', async () => {
    await using started = await startGuarded({}, () => ({ behindProxy: true }));
    const { server } = started;
    for (const forwarded of ['203.0.113.8', `\u009b2J${'9'.repeat(1_000)}`]) {
      const lines = ['GET /mcp HTTP/1.1', `Host: localhost:${server.port}`, `X-Forwarded-For: ${forwarded}`];
      await sendRaw(server.port, lines);
    }
    expect(server.log.records().map(({ address }) => address)).toEqual([
      '203.0.113.8',
      `\\u009b2J${'9'.repeat(97)}…`,
    ]);
  });

  it.each([
    // Node takes only ASCII there.
    ['its path', (bad: string) => [`GET /${bad.replace(/[^x]/g, '')} HTTP/1.1`, 'Host: evil.example']],
    ['its Host', (bad: string) => ['GET /mcp HTTP/1.1', `Host: ${bad}`]],
    ['its Origin', (bad: string) => ['GET /mcp HTTP/1.1', 'Host: localhost', `Origin: ${bad}`]],
  ])('escapes and cuts %s', async (_, lines) => {
    await using idp = await startStandIn();
    await using server = await startGuardedServer(idp);
    await sendRaw(server.port, lines(`\u009b31m\u0085${'x'.repeat(5_000)}`));
    expect(server.log.lines).toHaveLength(1);
    expect(server.log.lines[0]).not.toMatch(/[\u007f-\u009f]|x{301}/);
    expect(server.log.records()[0]).toMatchObject({ reason: expect.stringMatching(/_not_allowed$/) });
  });
});

it('a defect is logged by its name, message, frames and causes, and nothing that it carries', async () => {
  const log = captureLog();
  const app = express();
  app.use(() => {
    const cause = Object.assign(new RangeError('why'), { body: 'SECRET-1' });
    throw Object.assign(new TypeError(`what\u202e${'x'.repeat(5_000)}`, { cause }), {
      request: { headers: { authorization: 'SECRET-2' } },
    });
  });
  app.use(createErrorHandler(log.logger));
  await using running = await listen(app);
  await sendRaw(running.port, ['GET /path?SECRET-3 HTTP/1.1', 'Host: localhost']);
  const [line = ''] = log.lines;
  expect(line).not.toMatch(/SECRET|\u202e|x{301}/);
  expect(log.records()).toMatchObject([
    {
      reason: 'internal_error',
      address: '127.0.0.1',
      path: '/path',
      err: { stack: expect.stringMatching(/^TypeError: what\\u202e.*log-lines.test.ts.*RangeError: why/s) },
    },
  ]);
});
