import { ada } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { startGuarded } from './guarded-server.ts';

describe('a request with a good access token', () => {
  it('reaches the handler, which is told whose it is', async () => {
    await using started = await startGuarded();
    const { idp, server } = started;
    const token = await idp.issueAccessToken({ resource: server.resource });
    const response = await server.call(token, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"a":1}',
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      body: { a: 1 },
      auth: {
        token,
        issuer: idp.issuer,
        subject: ada.sub,
        clientId: 'native-client',
        scopes: ['openid', 'profile', 'email'],
        audience: [server.resource],
        expiresAt: expect.any(Number),
        claims: { sub: ada.sub, aud: server.resource },
      },
    });
    expect(server.log.lines).toEqual([]);
  });

  it.each(['bearer', 'BEARER', 'Bearer '])('may write the scheme as %o', async (scheme) => {
    await using started = await startGuarded();
    const { idp, server } = started;
    const token = await idp.issueAccessToken({ resource: server.resource });
    const response = await fetch(server.resource, { headers: { authorization: `${scheme} ${token}` } });
    expect(response.status).toBe(200);
  });
});
