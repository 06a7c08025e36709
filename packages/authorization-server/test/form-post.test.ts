import { once } from 'node:events';
import { createServer, IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { serveOnLoopback } from '@mcp-whoami/testkit';
import { expect, test } from 'vitest';
import { isPostedByOwnPage, readForm } from '../src/form-post.ts';

const origin = 'https://mcp.example.com';

test.each([
  [{ origin }, true],
  [{ origin, 'sec-fetch-site': 'same-origin' }, true],
  [{}, true],
  [{ origin, 'sec-fetch-site': 'same-site' }, false],
  [{ 'sec-fetch-site': 'cross-site' }, false],
  [{ 'sec-fetch-site': 'none' }, false],
  [{ origin: 'null' }, false],
  [{ origin: '' }, false],
  [{ origin: 'https://mcp.example.com:8443' }, false],
  [{ origin: 'http://mcp.example.com' }, false],
  [{ origin: 'https://evil.mcp.example.com' }, false],
  // Behind a proxy `Host` is whatever the proxy says.
  [{ origin: 'http://127.0.0.1:3001', host: '127.0.0.1:3001' }, false],
])('a form with %j is from a page of this server: %s', (headers, isOwn) => {
  const request = Object.assign(new IncomingMessage(new Socket()), { headers });
  expect(isPostedByOwnPage(request, origin)).toBe(isOwn);
});

test.each([
  [
    'a=b&a=c&d=%26',
    undefined,
    [
      ['a', 'b'],
      ['a', 'c'],
      ['d', '&'],
    ],
  ],
  ['x'.repeat(1_024), undefined, [['x'.repeat(1_024), '']]],
  ['x'.repeat(1_025), undefined, undefined],
  ['a=b', 2, undefined],
])('reads a form %#', async (body, maxBytes, fields) => {
  await using http = await serveOnLoopback(createServer());
  const asked = once(http.server, 'request');
  const answered = fetch(`http://127.0.0.1:${http.port}/`, { method: 'POST', body });
  const [request, response] = await asked;
  const form = await readForm(request, maxBytes);
  response.writeHead(200, { connection: 'close' }).end();
  expect(form && [...form]).toEqual(fields);
  await answered;
});
