import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { serveOnLoopback } from '@mcp-whoami/testkit';
import { describeChromium } from '@mcp-whoami/testkit/chromium';
import { expect, it } from 'vitest';
import { createSignInPage } from '../src/index.ts';

describeChromium('the page of a server with tools of its own', (openPage) => {
  it('lists them', async () => {
    const methods: string[] = [];
    const server = createServer();
    await using served = await serveOnLoopback(server);
    const publicUrl = `http://localhost:${served.port}`;
    const page = createSignInPage({
      title: 'weather',
      publicUrl,
      resources: [`${publicUrl}/mcp`],
      connection: 'none',
      providerTitle: 'none',
    });
    server.on('request', (request, response) =>
      page.handler(request, response, async () => {
        const { id, method } = JSON.parse(await text(request));
        methods.push(method);
        const isOld = method !== 'server/discover';
        const answer = isOld
          ? { result: { tools: [{ name: 'forecast' }] } }
          : { error: { code: -32601, message: 'Method not found' } };
        // As a stream of one message, as many servers answer.
        if (id === undefined) response.writeHead(202).end();
        else
          response
            .writeHead(200, { 'content-type': 'text/event-stream' })
            .end(`event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', id, ...answer })}\n\n`);
      }),
    );
    const opened = await openPage();
    await opened.goto(publicUrl);
    await opened.getByRole('button', { name: 'Call weather' }).click();
    const card = opened.getByRole('region', { name: 'The tools of the server' });
    await card.waitFor();
    expect(await card.textContent()).toContain('"name": "forecast"');
    expect(methods).toEqual(['server/discover', 'initialize', 'notifications/initialized', 'tools/list']);
  });
});
