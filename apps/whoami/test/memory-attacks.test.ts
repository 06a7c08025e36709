import { startStandIn } from '@mcp-whoami/testkit';
import { ownResource } from '@mcp-whoami/testkit/provider-suite';
import { describe, expect, it } from 'vitest';
import { clientOf } from './client-of.ts';
import { clientMeta, call as statelessCall } from './eras/stateless-call.ts';
import { openUnread } from './raw-socket.ts';
import { runMain } from './run-main.ts';
import { jsonRpcHeaders, whoamiCall } from './start-whoami.ts';

/** As in the attacks that ended the process. */
const heap = ['--max-old-space-size=256'];

const call = JSON.parse(whoamiCall);

/** Claims that are far longer in an answer than in the token or at the IdP. */
const about = '"'.repeat(25_000);

/** A server, and one user of it who has all that one caller gets. */
const start = async () => {
  await using stack = new AsyncDisposableStack();
  const answer = (claims: object) => ({ ...claims, about });
  const idp = stack.use(await startStandIn({ accessTokens: 'opaque', introspection: { answer } }));
  const environment = {
    PROVIDER: 'generic-oidc',
    PORT: '0',
    OIDC_ISSUER: idp.issuer,
    OIDC_AUDIENCE: ownResource,
    ...clientOf(idp),
    OIDC_TOKEN_CACHE_SECONDS: '60',
  };
  const server = stack.use(runMain(environment, heap));
  const [, url = ''] = /ready at (\S+)/.exec(await server.ready()) ?? [];
  const token = await idp.issueAccessToken({ resource: ownResource });
  const headers = { ...jsonRpcHeaders, authorization: `Bearer ${token}` };
  const post = async (path: string, body: unknown) => {
    const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    await answer.arrayBuffer();
    return answer.status;
  };
  const owned = stack.move();
  return {
    server,
    post,
    /** A stream of which nothing but its address is read. */
    openUnread: () => openUnread(`${url}/sse`, token),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
};

describe('with a heap of 256 MB the server goes on', { timeout: 240_000 }, () => {
  it('for a client that opens streams, never reads, and calls 3,000 times', async () => {
    await using started = await start();
    const { server, post, openUnread } = started;
    const sockets = [];
    const statuses = new Map<number, number>();
    let stream = await openUnread();
    for (let sent = 0; sent < 3_000; sent += 50) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => post(stream.endpoint, call)));
      for (const status of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (!answers.includes(404)) continue;
      sockets.push(stream.socket);
      stream = await openUnread();
    }
    expect([...statuses.keys()].sort()).toEqual([202, 404]);
    expect(sockets.length).toBeGreaterThan(3);
    expect(await post('/mcp', call)).toBe(200);
    expect(server.child.exitCode).toBeNull();
    for (const socket of sockets) socket.destroy();
  });

  it('for batches, ids and names as long as a body may be', async () => {
    await using started = await start();
    const { server, post } = started;
    const long = 'x'.repeat(200_000);
    const batches = Array.from({ length: 100 }, (_, index) => [
      post(
        '/mcp',
        Array.from({ length: 100 }, (__, id) => ({ ...call, id })),
      ),
      // Cut where the answers that one subject leaves unread are too many.
      post(
        '/mcp',
        Array.from({ length: 10 }, (__, id) => ({ ...call, id })),
      ).catch(() => 'cut'),
      post('/mcp', { ...call, id: `${index}${long}` }),
      post('/mcp', { ...call, params: { name: `${index}${long}` } }),
    ]);
    const statuses = (await Promise.all(batches.flat())).map((status, index) => `${index % 4}: ${status}`);
    const expected = new Set(['0: 400', '1: 200', '2: 400', '3: 200']);
    expect(new Set(statuses.filter((status) => status !== '1: cut'))).toEqual(expected);
    expect(await post('/mcp', call)).toBe(200);
    expect(server.child.exitCode).toBeNull();
  });

  it('for names and keys of 2026-07-28 as long as a body may be', async () => {
    await using started = await start();
    const { server, post } = started;
    const long = 'x'.repeat(200_000);
    const keys = Object.fromEntries(Array.from({ length: 2_000 }, (_, key) => [`${key}`.padEnd(90, 'x'), 1]));
    const experimental = { 'io.modelcontextprotocol/clientCapabilities': { experimental: keys } };
    const refused = Array.from({ length: 100 }, (_, index) => [
      post('/mcp', statelessCall({ name: `${index}${long}` })),
      post('/mcp', statelessCall({ _meta: { ...clientMeta, ...experimental } })),
    ]);
    expect(new Set(await Promise.all(refused.flat()))).toEqual(new Set([400]));
    expect(await post('/mcp', call)).toBe(200);
    expect(server.child.exitCode).toBeNull();
  });
});
