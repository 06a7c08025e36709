import { ada } from '@mcp-whoami/testkit';
import { describe, expect, it, vi } from 'vitest';
import { introspecting, startGuarded } from './guarded-server.ts';

describe('an address that sends only bad tokens', () => {
  it('is answered 429 in the end, however its proxy spells it, while others are served', async () => {
    await using started = await startGuarded({ accessTokens: 'opaque', introspection: true }, (idp) => ({
      ...introspecting(idp),
      behindProxy: true,
    }));
    const { idp, server } = started;
    const callFrom = (address: string, token: string) =>
      server.call(token, { headers: { 'x-forwarded-for': address } });
    // As Azure's gateways write it, each connection with another port.
    const spellings = [
      '192.0.2.1',
      '192.0.2.1:4711',
      '192.0.2.1:4712',
      '[::ffff:192.0.2.1]:443',
      '"192.0.2.1:80"',
    ];
    idp.fail('introspection', { status: 200, body: { active: false } });
    const statuses = new Set<number>();
    for (let sent = 0; sent < 700; sent += 50) {
      const answers = Array.from({ length: 50 }, (_, index) =>
        callFrom(spellings[index % spellings.length] ?? '', `garbage-${sent + index}`),
      );
      for (const { status } of await Promise.all(answers)) statuses.add(status);
    }
    expect(statuses).toEqual(new Set([401, 429]));
    expect(idp.requests.count('introspection')).toBeLessThan(600);

    const refused = await callFrom('192.0.2.1', 'one-more');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toMatch(/^([1-9]|10)$/);
    expect(refused.headers.has('www-authenticate')).toBe(false);

    idp.recover();
    const token = await idp.issueAccessToken({ user: ada, resource: server.resource });
    expect((await callFrom('192.0.2.2', token)).status).toBe(200);
    expect((await callFrom('192.0.2.2', 'garbage')).status).toBe(401);
  });

  it('is counted with its network and its site where it is IPv6', async () => {
    await using started = await startGuarded({}, () => ({ behindProxy: true }));
    const { server } = started;
    const verify = vi.spyOn(server.connection, 'verifyAccessToken');
    for (const address of ['2001:db8:1:2::1', '[2001:DB8:1:2:ffff::2]:443', '2001:db8:1:3::1']) {
      await server.call('garbage', { headers: { 'x-forwarded-for': address } });
    }
    const caller = ['2001:db8:1:2', '2001:db8:1'];
    const { resource } = server;
    expect(verify.mock.calls).toEqual([
      ['garbage', { caller, resource }],
      ['garbage', { caller, resource }],
      ['garbage', { caller: ['2001:db8:1:3', '2001:db8:1'], resource }],
    ]);
  });
});
