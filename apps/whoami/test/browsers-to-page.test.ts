import { startStandIn } from '@mcp-whoami/testkit';
import { expect, it } from 'vitest';
import { proxyKinds, publicPath, startBehindProxy } from './start-behind-proxy.ts';
import { startWhoami } from './start-whoami.ts';

/** As browsers send it when somebody opens a URL. */
const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

const open = (url: string, headers: Record<string, string> = { accept }, method = 'GET') =>
  fetch(url, { method, headers, redirect: 'manual' });

it('a browser that opens the URL of the server is sent to the page', async () => {
  await using idp = await startStandIn();
  await using whoami = await startWhoami({ PROVIDER: 'generic-oidc', OIDC_ISSUER: idp.issuer });
  const answer = await open(whoami.mcp);
  expect(answer.status).toBe(303);
  expect(answer.headers.get('location')).toBe('/');
  const page = await fetch(whoami.mcp, { headers: { accept } });
  expect(page.url).toBe(`${whoami.publicUrl}/`);
  expect(page.status).toBe(200);
  expect(whoami.log).toEqual([]);
});

it('every other request is answered as before', async () => {
  await using idp = await startStandIn();
  await using whoami = await startWhoami({ PROVIDER: 'generic-oidc', OIDC_ISSUER: idp.issuer });
  const requests: [number, string, Record<string, string>, string?][] = [
    [401, whoami.mcp, {}],
    [401, whoami.mcp, { accept: '*/*' }],
    [401, whoami.mcp, { accept: 'text/event-stream' }],
    [401, whoami.mcp, { accept: 'application/json, text/event-stream' }],
    [401, whoami.mcp, { accept: 'text/html-sandboxed' }],
    [401, whoami.mcp, { accept, authorization: 'Bearer bad' }],
    [401, whoami.mcp, { accept }, 'POST'],
    [401, whoami.mcp, { accept }, 'HEAD'],
    [400, `${whoami.mcp}?access_token=x`, { accept }],
    [401, whoami.sse, { accept }],
    [403, whoami.mcp, { accept, origin: 'https://evil.example' }],
  ];
  for (const [status, url, headers, method] of requests) {
    expect((await open(url, headers, method)).status, `${method} ${url} ${headers.accept}`).toBe(status);
  }
});

it.each(proxyKinds)('the path of the public URL stays, behind a proxy that %s', async (kind) => {
  await using whoami = await startBehindProxy(kind, { PROVIDER: 'none' });
  const answer = await open(whoami.mcp);
  expect([answer.status, answer.headers.get('location')]).toEqual([303, `${publicPath}/`]);
});
