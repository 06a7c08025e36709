import { ada } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { expectNoTrace } from './captured-log.ts';
import { startGuarded } from './guarded-server.ts';
import { sendRaw } from './raw-http.ts';

const clientId = 'mcp-client';

/** A server that takes logout tokens and remembers verdicts. */
const start = async () => {
  await using stack = new AsyncDisposableStack();
  const { idp, server } = stack.use(
    await startGuarded({}, () => ({ settings: { logoutClientIds: [clientId], tokenCacheSeconds: 60 } })),
  );
  const now = Math.floor(Date.now() / 1000);
  const logoutToken = idp.signJwt(
    {
      iss: idp.issuer,
      aud: clientId,
      sub: ada.sub,
      iat: now,
      exp: now + 120,
      jti: 'one',
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    },
    { header: { typ: 'logout+jwt' } },
  );
  const send = (body: string | URLSearchParams, headers: Record<string, string> = {}) =>
    fetch(`${server.origin}/backchannel-logout`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body,
    });
  const owned = stack.move();
  return { idp, server, logoutToken, send, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};

describe('POST /backchannel-logout', () => {
  it('ends a token that was accepted a moment ago', async () => {
    await using started = await start();
    const { idp, server, logoutToken, send } = started;
    const token = idp.signJwt(idp.validClaims({ aud: server.resource }));
    expect((await server.call(token)).status).toBe(200);

    // The IdP may know this server by a name that no client uses.
    const answer = await send(new URLSearchParams({ logout_token: logoutToken }), {
      origin: 'https://idp.example.com',
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.text()).toBe('');

    const refusal = await server.call(token);
    expect(refusal.status).toBe(401);
    expect(refusal.headers.get('www-authenticate')).toContain('The access token has been revoked');
    expect(server.log.lines.join('')).toContain('logged_out');
    expectNoTrace(server.log.lines.join(''), token, logoutToken);
  });

  it.each<[string, (logoutToken: string) => string]>([
    ['an access token', () => 'logout_token=ACCESS'],
    ['nothing', () => ''],
    ['two logout tokens', (token) => `logout_token=${token}&logout_token=${token}`],
    ['another field', (token) => `token=${token}`],
    ['garbage', () => 'logout_token=garbage'],
  ])('answers %s with 400 and ends nothing', async (_, body) => {
    await using started = await start();
    const { idp, server, logoutToken, send } = started;
    const token = idp.signJwt(idp.validClaims({ aud: server.resource }));
    const answer = await send(body(logoutToken).replace('ACCESS', token));
    expect(answer.status).toBe(400);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toEqual({
      error: 'invalid_request',
      error_description: 'The logout token is not valid',
      reason: 'logout_token_invalid',
    });
    expect(server.log.lines.join('')).toContain('logout_token_invalid');
    expect((await server.call(token)).status).toBe(200);
  });

  it('answers 400 while the keys of the IdP cannot be fetched, and says so', async () => {
    await using started = await start();
    started.idp.fail('jwks', 'status-500');
    const answer = await started.send(new URLSearchParams({ logout_token: started.logoutToken }));
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: 'temporarily_unavailable' });
  });

  it('takes no large body', async () => {
    await using started = await start();
    const answer = await started.send(`logout_token=${'a'.repeat(100_000)}`);
    expect(answer.status).toBe(413);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it.each(['GET', 'OPTIONS', 'PUT'])('spares no %s the check of its host', async (method) => {
    await using started = await start();
    const answer = await sendRaw(started.server.port, [
      `${method} /backchannel-logout HTTP/1.1`,
      'Host: evil.example',
    ]);
    expect(answer.status).toBe(403);
  });

  it('is not there unless it is configured', async () => {
    await using started = await startGuarded();
    const answer = await fetch(`${started.server.origin}/backchannel-logout`, { method: 'POST' });
    expect(answer.status).toBe(404);
  });
});
