import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { genericOidc } from '@mcp-whoami/generic-oidc';
import { createGuard } from '@mcp-whoami/guard';
import { createSignInPage } from '@mcp-whoami/sign-in-page';
import { ada, nativeClient, serveOnLoopback, startStandIn } from '@mcp-whoami/testkit';
import { describeChromium } from '@mcp-whoami/testkit/chromium';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import express from 'express';
import { expect, it } from 'vitest';
import { startWhoami } from '../start-whoami.ts';
import { accessibilityViolations } from './axe.ts';
import { pressSignIn, signInAtStandIn, states, step, visit } from './visit.ts';

const pageClient = { ...nativeClient, client_id: 'page-client', redirect_uris: ['http://localhost/'] };

/** A server by SDK v1, which knows no revision without a handshake, behind the guard, with the page. */
async function startOldServer() {
  await using stack = new AsyncDisposableStack();
  const server = createServer();
  const { port } = stack.use(await serveOnLoopback(server));
  const publicUrl = `http://localhost:${port}`;
  const resource = `${publicUrl}/mcp`;
  const idp = stack.use(await startStandIn({ jwtsHonoured: true, clients: [pageClient] }));
  const connection = stack.use(
    await genericOidc.connect(
      { issuer: idp.issuer, pageClientId: pageClient.client_id },
      { resources: [resource] },
    ),
  );
  const guard = createGuard({ connection, resources: [resource] });
  const page = createSignInPage({
    title: 'weather',
    publicUrl,
    resources: [resource],
    connection,
    providerTitle: 'Our IdP',
  });
  // With sessions, as the SDK's own examples have them.
  const transports = new Map<string, StreamableHTTPServerTransport>();
  const open = async () => {
    const mcp = new McpServer({ name: 'weather', version: '1' });
    mcp.registerTool('forecast', {}, () => ({ content: [{ type: 'text', text: 'sun' }] }));
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (id) => void transports.set(id, transport),
    });
    await mcp.connect(transport);
    return transport;
  };
  const app = express();
  app.use(guard.entrance);
  app.post('/mcp', guard.requireBearer(resource), async (request, response) => {
    const transport = transports.get(String(request.headers['mcp-session-id'])) ?? (await open());
    await transport.handleRequest(request, response, await json(request));
  });
  app.use(page.handler);
  app.use(guard.errorHandler);
  server.on('request', app);
  const owned = stack.move();
  return { publicUrl, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

describeChromium('the revision that a client of today speaks', (openPage) => {
  it('is the newest with whoami, and the page speaks it too', async () => {
    await using whoami = await startWhoami();
    await using visited = await visit(openPage, whoami.publicUrl);
    const { page } = visited;
    const revision = page.locator('#revision');
    expect(await revision.textContent()).toContain(
      'A client of today speaks MCP 2026-07-28 with this server',
    );
    const older = /Older clients speak\s+2025-11-25,\s+2025-06-18,.*\.$/s;
    expect(await revision.textContent()).toMatch(older);
    await pressSignIn(page);
    await page.getByRole('button', { name: 'Continue as Ada Lovelace' }).click();
    await page.getByRole('region', { name: 'Ada Lovelace' }).waitFor();
    expect(await revision.textContent()).toContain('MCP 2026-07-28 with this server, without a handshake');
    expect(await revision.textContent()).toMatch(older);
    const call = step(page, 'call');
    expect(await call.locator('.exchange summary').allTextContents()).toEqual([
      `POST ${whoami.mcp} (server/discover) →\u00a0200`,
      `POST ${whoami.mcp} (tools/call) →\u00a0200`,
    ]);
    const shown = await call.textContent();
    for (const line of [
      'mcp-protocol-version: 2026-07-28',
      'mcp-method: tools/call',
      'mcp-name: whoami',
      '"io.modelcontextprotocol/protocolVersion": "2026-07-28"',
      '"supportedVersions"',
      'It was called in MCP 2026-07-28, without a handshake.',
    ])
      expect(shown).toContain(line);
    expect(await step(page, 'challenge').textContent()).toContain('(server/discover) →\u00a0401');
    expect(whoami.log.filter(({ level }) => level !== 'info')).toEqual([]);
  });

  it('is 2025-11-25 with a server by SDK v1, for which the page shakes hands', async () => {
    await using server = await startOldServer();
    await using visited = await visit(openPage, server.publicUrl);
    const { page } = visited;
    const revision = page.locator('#revision');
    expect(await revision.textContent()).toContain('stands here as soon as this page has called it');
    await pressSignIn(page);
    await signInAtStandIn(page, ada.sub);
    const card = page.getByRole('region', { name: 'The tools of the server' });
    await card.waitFor();
    expect(await card.textContent()).toContain('"name": "forecast"');
    expect(await states(page)).toEqual(Array(7).fill('done'));
    expect(await step(page, 'call').locator('.exchange summary').allTextContents()).toEqual(
      [
        '(server/discover) →\u00a0400',
        '(initialize) →\u00a0200',
        '(notifications/initialized) →\u00a0202',
        '(tools/list) →\u00a0200',
      ].map((rest) => `POST ${server.publicUrl}/mcp ${rest}`),
    );
    expect(await step(page, 'call').textContent()).toContain('mcp-protocol-version: 2025-11-25');
    expect(await revision.textContent()).toContain(
      'speaks MCP 2025-11-25 with this server, after a handshake',
    );
    expect(await accessibilityViolations(page)).toEqual([]);
  });
});
