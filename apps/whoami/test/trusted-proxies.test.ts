import { startStandIn } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { clientOf } from './client-of.ts';
import { jsonRpcHeaders, startWhoami, whoamiCall } from './start-whoami.ts';

/** Bad tokens of one caller that the IdP is asked about. */
const bound = 500;

const start = async (environment: Record<string, string>) => {
  await using stack = new AsyncDisposableStack();
  const idp = stack.use(await startStandIn({ accessTokens: 'opaque', introspection: true }));
  const whoami = stack.use(
    await startWhoami({
      PROVIDER: 'generic-oidc',
      OIDC_ISSUER: idp.issuer,
      ...clientOf(idp),
      ...environment,
    }),
  );
  const callFrom = async (address: string, token: string) => {
    const headers = { ...jsonRpcHeaders, authorization: `Bearer ${token}`, 'x-forwarded-for': address };
    return (await fetch(whoami.mcp, { method: 'POST', headers, body: whoamiCall })).status;
  };
  for (let sent = 0; sent < bound + 100; sent += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, index) => callFrom('192.0.2.1', `bad-${sent + index}`)));
  }
  const owned = stack.move();
  return { callFrom, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};

describe('TRUSTED_PROXIES', () => {
  it('tells callers apart by what the proxy says, so that one cannot spend what is another’s', async () => {
    await using server = await start({ TRUSTED_PROXIES: '1' });
    expect(await server.callFrom('192.0.2.1', 'one-more')).toBe(429);
    expect(await server.callFrom('192.0.2.2', 'another')).toBe(401);
    // What a client says itself, before the proxy adds its address, does not count.
    expect(await server.callFrom('192.0.2.3, 192.0.2.1', 'pretended')).toBe(429);
  });

  it('is 0 by default: a header that anybody can send says nothing', async () => {
    await using server = await start({});
    expect(await server.callFrom('192.0.2.2', 'another')).toBe(429);
  });
});
