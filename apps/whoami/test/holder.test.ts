import express from 'express';
import { expect, it } from 'vitest';
import { open, serve } from './sse-server.ts';

it('the streams of an IPv6 site are those of one holder, whatever its networks', async () => {
  const app = express();
  let network = 0;
  app.use((request, _, next) => {
    network += 1;
    Object.defineProperty(request, 'ip', { value: network > 3 ? '203.0.113.8' : `2001:db8:1:${network}::1` });
    next();
  });
  await using server = await serve(app, { sessions: 3, sessionsOfHolder: 2 });
  const streams = [];
  for (let index = 0; index < 4; index += 1) streams.push(await open(server.url));
  expect(streams.map(({ status }) => status)).toEqual([200, 200, 503, 200]);
  for (const stream of streams) stream.close();
});
