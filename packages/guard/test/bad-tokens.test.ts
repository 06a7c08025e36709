import { ada } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { introspecting, startGuarded } from './guarded-server.ts';

describe('an address that sends only bad tokens', () => {
  it('is answered 503 in the end, while others are served', async () => {
    await using started = await startGuarded({ accessTokens: 'opaque', introspection: true }, (idp) => ({
      ...introspecting(idp),
      behindProxy: true,
    }));
    const { idp, server } = started;
    const callFrom = (address: string, token: string) =>
      server.call(token, { headers: { 'x-forwarded-for': address } });
    const statuses = new Set<number>();
    for (let sent = 0; sent < 700; sent += 50) {
      const answers = Array.from({ length: 50 }, (_, index) =>
        callFrom('192.0.2.1', `garbage-${sent + index}`),
      );
      for (const { status } of await Promise.all(answers)) statuses.add(status);
    }
    expect(statuses).toEqual(new Set([401, 503]));
    expect(idp.requests.count('introspection')).toBeLessThan(600);

    const refused = await callFrom('192.0.2.1', 'one-more');
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).not.toBeNull();
    expect(refused.headers.has('www-authenticate')).toBe(false);

    const token = await idp.issueAccessToken({ user: ada, resource: server.resource });
    expect((await callFrom('192.0.2.2', token)).status).toBe(200);
    expect((await callFrom('192.0.2.2', 'garbage')).status).toBe(401);
  });
});
