import { freePort, startGithubLike } from '@mcp-whoami/testkit';
import { connectSdkV1, connectSdkV2 } from '@mcp-whoami/testkit/clients';
import { describe, expect, it } from 'vitest';
import { startWhoami } from '../start-whoami.ts';
import { modes } from './modes.ts';

/** whoami, and the GitHub-like at which it signs people in. */
async function startBridge(environment: Record<string, string> = {}) {
  await using stack = new AsyncDisposableStack();
  const port = String(await freePort());
  const github = stack.use(await startGithubLike({ redirectUri: `http://localhost:${port}/oauth/callback` }));
  const whoami = stack.use(
    await startWhoami({
      PROVIDER: 'github',
      PORT: port,
      GITHUB_URL: github.origin,
      GITHUB_CLIENT_ID: github.client.id,
      GITHUB_CLIENT_SECRET: github.client.secret,
      ...environment,
    }),
  );
  const owned = stack.move();
  return { ...whoami, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

describe.each(modes)('SDK v2 that %s, over a bridge', (_, versions, spoken) => {
  it('signs in, lists and calls, given only the URL', async () => {
    await using whoami = await startBridge();
    await using client = await connectSdkV2(whoami.mcp, { versions, user: { sub: 'ada' } });
    expect(client.client.getNegotiatedProtocolVersion()).toBe(spoken);
    expect(await client.listTools()).toEqual(['whoami']);
    expect(await client.callWhoami()).toMatchObject({ sub: 'github:1005', iss: whoami.publicUrl });
    expect(client.authorizations.map(({ origin }) => origin)).toEqual([whoami.publicUrl]);
    expect(client.registeredClient()?.client_id).toBeTruthy();
  });

  it('is refused who may not come', async () => {
    await using whoami = await startBridge({ ALLOWED_USERS: 'github:1005' });
    await expect(connectSdkV2(whoami.mcp, { versions, user: { sub: 'grace' } })).rejects.toThrow(
      /You have no access here/,
    );
  });
});

it('clients of every era share a bridge', async () => {
  await using whoami = await startBridge();
  const user = { sub: 'grace' };
  await using stack = new AsyncDisposableStack();
  const callers = [
    stack.use(await connectSdkV1(whoami.mcp, { user })),
    stack.use(await connectSdkV1(whoami.sse, { user, transport: 'sse' })),
  ].map(({ callWhoami }) => callWhoami);
  for (const [, versions] of modes)
    callers.push(stack.use(await connectSdkV2(whoami.mcp, { user, versions })).callWhoami);
  const answers = await Promise.all(callers.map((callWhoami) => callWhoami()));
  expect(answers.map(({ sub }) => sub)).toEqual(Array(5).fill('github:1006'));
});
