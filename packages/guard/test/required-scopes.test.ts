import { describe, expect, it } from 'vitest';
import { startGuarded } from './guarded-server.ts';
import { parseChallenge } from './parse-challenge.ts';
import { expectRefusal, invitation, readAnswer } from './refusal.ts';

describe('a token that lacks a required scope', () => {
  const settings = { scopes: ['openid', 'mcp:read'], requiredScopes: ['mcp:read', 'mcp:write'] };

  it('is 403, and the challenge names all that the call needs', async () => {
    await using started = await startGuarded({}, () => ({ settings }));
    const { idp, server } = started;
    const token = idp.signJwt(idp.validClaims({ aud: server.resource, scope: 'openid mcp:read' }));
    const answer = await readAnswer(await server.call(token));
    expectRefusal(server, answer, { status: 403, reason: 'insufficient_scope' }, token);
    expect(parseChallenge(answer.headers.get('www-authenticate'))).toEqual({
      error: 'insufficient_scope',
      error_description: 'The access token lacks a required scope',
      scope: 'openid mcp:read mcp:write',
      resource_metadata: invitation(server).resource_metadata,
    });
    expect(JSON.parse(answer.body)).toMatchObject({ error: 'insufficient_scope' });
    expect(server.log.records()[0]?.msg).toMatch(
      /mcp:read mcp:write.*the token has openid mcp:read.*missing: mcp:write/,
    );
  });

  it('has a log line that says when it named no scope at all', async () => {
    await using started = await startGuarded({}, () => ({ settings }));
    const { idp, server } = started;
    await server.call(idp.signJwt(idp.validClaims({ aud: server.resource, scope: undefined })));
    expect(server.log.records()[0]?.msg).toContain('the token names none');
  });

  it('is let in once it has all of them', async () => {
    await using started = await startGuarded({}, () => ({ settings }));
    const { idp, server } = started;
    const token = idp.signJwt(idp.validClaims({ aud: server.resource, scope: 'mcp:write x mcp:read' }));
    expect((await server.call(token)).status).toBe(200);
  });
});
