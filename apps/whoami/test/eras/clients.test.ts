import { startStandIn } from '@mcp-whoami/testkit';
import { connectSdkV1, connectSdkV2 } from '@mcp-whoami/testkit/clients';
import { describe, expect, it } from 'vitest';
import { startWhoami } from '../start-whoami.ts';
import { modes } from './modes.ts';

describe.each(modes)('SDK v2 that %s', (_, versions, spoken) => {
  it('signs in, lists and calls, given only the URL', async () => {
    await using whoami = await startWhoami();
    await using client = await connectSdkV2(whoami.mcp, { versions, user: { sub: 'Ada Lovelace' } });
    expect(client.client.getNegotiatedProtocolVersion()).toBe(spoken);
    expect(await client.listTools()).toEqual(['whoami']);
    expect(await client.callWhoami()).toMatchObject({ sub: 'dev-ada', name: 'Ada Lovelace' });
    expect(client.authorizations).toHaveLength(1);
  });

  it('is told that it is nobody', async () => {
    await using whoami = await startWhoami({ PROVIDER: 'none' });
    await using client = await connectSdkV2(whoami.mcp, { versions });
    expect(client.client.getNegotiatedProtocolVersion()).toBe(spoken);
    expect(await client.listTools()).toEqual(['whoami']);
    expect(await client.callWhoami()).toEqual({ error: 'Not authenticated' });
    expect(whoami.log).toEqual([]);
  });

  it('steps up to the scope that a 403 asks for', async () => {
    await using idp = await startStandIn({ scopes: ['mcp:whoami'] });
    await using whoami = await startWhoami({
      PROVIDER: 'generic-oidc',
      OIDC_ISSUER: idp.issuer,
      OIDC_REQUIRED_SCOPES: 'mcp:whoami',
    });
    await using client = await connectSdkV2(whoami.mcp, { versions });
    expect(await client.callWhoami()).toMatchObject({ sub: 'ada' });
    expect(client.client.getNegotiatedProtocolVersion()).toBe(spoken);
    expect(client.authorizations).toHaveLength(2);
  });
});

it('clients of every era share a server', async () => {
  await using whoami = await startWhoami();
  const user = { sub: 'Grace Hopper' };
  await using stack = new AsyncDisposableStack();
  const clients = [
    stack.use(await connectSdkV1(whoami.mcp, { user })),
    stack.use(await connectSdkV1(whoami.sse, { user, transport: 'sse' })),
  ];
  const others = [];
  for (const [, versions] of modes)
    others.push(stack.use(await connectSdkV2(whoami.mcp, { user, versions })));
  const answers = await Promise.all([...clients, ...others].map((client) => client.callWhoami()));
  expect(answers.map(({ sub }) => sub)).toEqual(Array(5).fill('dev-grace'));
});
