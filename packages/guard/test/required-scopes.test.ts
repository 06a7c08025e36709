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
    expect(JSON.parse(answer.body)).toMatchObject({
      error: 'insufficient_scope',
      reason: 'insufficient_scope',
    });
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

describe('the long and the short name of a scope', () => {
  const long = 'api://whoami/access_as_user';
  const short = 'access_as_user';
  /** The status of a call whose token has scopes, and the scopes that a 403 asks for. */
  const answerTo = async (
    scope: string,
    settings: { scopes?: string[]; requiredScopes: string[]; audience?: string[] },
    claims: object = {},
  ) => {
    await using started = await startGuarded({}, () => ({
      settings: { scopes: ['openid', long], ...settings },
    }));
    const { idp, server } = started;
    const token = idp.signJwt(
      idp.validClaims({ aud: server.resource, scope: undefined, scp: scope, ...claims }),
    );
    const { status, headers } = await server.call(token);
    const asked = status === 403 ? parseChallenge(headers.get('www-authenticate')).scope : undefined;
    return { status, asked, warnings: started.server.connection.warnings };
  };

  it('are one: the short one satisfies, the long one is asked for, and nothing is warned about', async () => {
    for (const requiredScopes of [[long], [short]]) {
      expect(await answerTo(`${short} x`, { requiredScopes })).toMatchObject({ status: 200, warnings: [] });
      expect(await answerTo(long, { requiredScopes })).toMatchObject({ status: 200 });
      expect(await answerTo('x', { requiredScopes })).toMatchObject({
        status: 403,
        asked: `openid ${long}`,
        warnings: [],
      });
    }
  });

  it('are two where the token may be for another API', async () => {
    const requiredScopes = [long];
    expect((await answerTo(short, { requiredScopes, audience: ['*'] })).status).toBe(403);
    expect((await answerTo(long, { requiredScopes, audience: ['*'] })).status).toBe(200);
    const withoutAudience = { aud: undefined };
    expect((await answerTo(short, { requiredScopes, audience: ['none'] }, withoutAudience)).status).toBe(403);
    expect((await answerTo(long, { requiredScopes, audience: ['none'] }, withoutAudience)).status).toBe(200);
  });

  it('a short one that is required is not another API’s long one', async () => {
    const answer = await answerTo('api://other/access_as_user', { requiredScopes: [short] });
    expect(answer).toMatchObject({ status: 403, asked: `openid ${long}` });
    const scopes = ['api://other/access_as_user', long];
    expect(await answerTo('x', { scopes, requiredScopes: [short] })).toMatchObject({
      asked: [...scopes, short].join(' '),
    });
    const unasked = await answerTo(long, { scopes: ['openid'], requiredScopes: [short] });
    expect(unasked.status).toBe(403);
  });

  it.each([
    ['another scope of that API', 'access'],
    ['the end of its name', '_as_user'],
    ['another case', 'Access_As_User'],
    ['the API alone', 'api://whoami'],
    ['nothing', ''],
  ])('does not take %s for it', async (_, scope) => {
    expect((await answerTo(scope, { requiredScopes: [long] })).status).toBe(403);
  });

  it.each([
    ['an OpenID scope', 'https://api.example.com/email', 'email'],
    ['a URI without a name', 'https://whoami', 'whoami'],
    ['a URI that ends with a slash', 'api://whoami/read/', 'read'],
    ['a URN', 'urn:whoami/read', 'read'],
  ])('are not made of %s', async (_, required, scope) => {
    expect((await answerTo(scope, { requiredScopes: [required] })).status).toBe(403);
  });
});
