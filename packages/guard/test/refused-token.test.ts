import { maxHeaderSize } from 'node:http';
import { hostileTokens } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { type GuardedServer, introspecting, startGuarded } from './guarded-server.ts';
import { parseChallenge } from './parse-challenge.ts';
import { sendRaw } from './raw-http.ts';
import { expectRefusal, invitation, readAnswer } from './refusal.ts';

describe('a token that is not valid', () => {
  const expectInvalidToken = async (
    server: GuardedServer,
    token: string,
    reason: string,
    description: RegExp,
  ) => {
    const answer = await readAnswer(await server.call(token));
    expectRefusal(server, answer, { status: 401, reason }, token);
    const challenge = parseChallenge(answer.headers.get('www-authenticate'));
    expect(challenge).toEqual({
      ...invitation(server),
      error: 'invalid_token',
      error_description: expect.stringMatching(description),
    });
    expect(JSON.parse(answer.body)).toEqual({
      error: 'invalid_token',
      error_description: challenge.error_description,
      reason,
    });
    expect(challenge.error_description).toContain(`(request ${answer.headers.get('x-request-id')})`);
  };

  const other = 'https://other.example.com';
  it.each([
    ['expired', /expired/, { exp: 1 }, {}],
    ['sender_constrained', /sender-constrained/, { cnf: { jkt: 'x' } }, {}],
    ['issuer_mismatch', /another issuer/, { iss: other }, {}],
    ['audience_mismatch', /another audience/, { aud: other }, {}],
    ['audience_unknown', /audience .* not known/, { aud: undefined }, {}],
    ['unknown_key', /a key that its issuer does not publish/, {}, { kid: 'unknown' }],
    ['not_an_access_token', /not an access token/, { nonce: 'n' }, { typ: 'JWT' }],
    ['not_yet_valid', /not valid yet/, { nbf: 9_999_999_999 }, {}],
  ])('is refused with the one check that failed: %s', async (reason, description, claims, header) => {
    await using started = await startGuarded();
    const { idp, server } = started;
    const token = idp.signJwt(idp.validClaims({ aud: server.resource, ...claims }), { header });
    await expectInvalidToken(server, token, reason, description);
  });

  it('is refused when its signature does not fit', async () => {
    await using started = await startGuarded();
    const { idp, server } = started;
    const [header, , signature] = idp.signJwt(idp.validClaims()).split('.');
    const [, payload] = idp.signJwt(idp.validClaims({ aud: server.resource })).split('.');
    await expectInvalidToken(
      server,
      `${header}.${payload}.${signature}`,
      'bad_signature',
      /signature .* not valid/,
    );
  });

  it('is refused when it is not signed', async () => {
    await using started = await startGuarded();
    const { idp, server } = started;
    const [, payload] = idp.signJwt(idp.validClaims({ aud: server.resource })).split('.');
    const header = Buffer.from('{"alg":"none"}').toString('base64url');
    await expectInvalidToken(server, `${header}.${payload}.`, 'algorithm_not_allowed', /not signed/);
  });

  it('is refused when it was revoked, or nobody knows it', async () => {
    await using started = await startGuarded({ accessTokens: 'opaque', introspection: true }, introspecting);
    const { idp, server } = started;
    const token = await idp.issueAccessToken({ resource: server.resource });
    expect((await server.call(token)).status).toBe(200);
    await idp.revoke(token);
    await expectInvalidToken(server, token, 'inactive', /not active/);
    server.log.lines.length = 0;
    await expectInvalidToken(server, 'a-token-that-nobody-knows', 'inactive', /not active/);
  });

  it('is refused when its audience cannot be known, and the log names the setting', async () => {
    await using started = await startGuarded({ accessTokens: 'opaque', resource: 'ignored' });
    const { idp, server } = started;
    await expectInvalidToken(server, await idp.issueAccessToken(), 'audience_unknown', /audience/);
    expect(server.log.records()[0]?.msg).toContain('TEST_AUDIENCE');
  });

  it('has in its log line what was expected, what came and the setting, for an audience', async () => {
    await using started = await startGuarded();
    const { idp, server } = started;
    await server.call(idp.signJwt(idp.validClaims({ aud: other })));
    const { msg } = server.log.records()[0] ?? {};
    expect(msg).toContain(server.resource);
    expect(msg).toContain(other);
    expect(msg).toContain('TEST_AUDIENCE');
  });

  it('is refused whatever else is wrong with it, and is never logged', async () => {
    await using started = await startGuarded();
    const { idp, server } = started;
    for (const { name, token } of await hostileTokens(idp, { resource: server.resource })) {
      if (token.length > maxHeaderSize) continue;
      server.log.lines.length = 0;
      const { port } = server;
      const head = ['GET /mcp HTTP/1.1', `Host: localhost:${port}`, `Authorization: Bearer ${token}`];
      const answer = await sendRaw(port, head);
      // Node itself answers what is not a header, and headers that are too long together.
      if (answer.headers.get('x-request-id') === null) {
        expect([400, 431], name).toContain(answer.status);
        continue;
      }
      const { reason } = server.log.records()[0] ?? {};
      expectRefusal(server, answer, { status: 401, reason: String(reason) }, token);
      expect(parseChallenge(answer.headers.get('www-authenticate')), name).toMatchObject(invitation(server));
    }
  });
});
