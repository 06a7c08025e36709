import { describe, expect, it } from 'vitest';
import { startGuarded } from './guarded-server.ts';
import { parseChallenge } from './parse-challenge.ts';
import { sendRaw } from './raw-http.ts';
import { expectRefusal, invitation, readAnswer } from './refusal.ts';

describe('a request without credentials', () => {
  it.each(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH'])(
    'by %s is invited to sign in: 401 without an error code',
    async (method) => {
      await using started = await startGuarded();
      const { server } = started;
      const answer = await readAnswer(await fetch(server.resource, { method }));
      expectRefusal(server, answer, { status: 401, reason: 'credentials_missing' });
      expect(parseChallenge(answer.headers.get('www-authenticate'))).toEqual(invitation(server));
      if (method === 'HEAD') expect(answer.body).toBe('');
      else expect(JSON.parse(answer.body)).toMatchObject({ error: 'unauthorized' });
    },
  );

  it('is told of the resource that it asked for', async () => {
    await using started = await startGuarded();
    const { server } = started;
    const { headers } = await fetch(`${server.origin}/sse`);
    expect(parseChallenge(headers.get('www-authenticate')).resource_metadata).toBe(
      `${server.origin}/.well-known/oauth-protected-resource/sse`,
    );
  });

  it('is told of no scope when none is asked', async () => {
    await using started = await startGuarded({}, () => ({ settings: { scopes: [] } }));
    const { headers } = await fetch(started.server.resource);
    expect(parseChallenge(headers.get('www-authenticate'))).not.toHaveProperty('scope');
  });

  it('is told of metadata at the root when the resource has no path', async () => {
    await using started = await startGuarded({}, () => ({ resourcesAt: (origin) => [origin] }));
    const { headers } = await fetch(started.server.origin);
    expect(parseChallenge(headers.get('www-authenticate')).resource_metadata).toBe(
      `${started.server.origin}/.well-known/oauth-protected-resource`,
    );
  });

  it('is an ordinary beginning, no warning', async () => {
    await using started = await startGuarded();
    await fetch(started.server.resource);
    await started.server.call('two tokens');
    expect(started.server.log.records()).toMatchObject([{ level: 30 }, { level: 40 }]);
  });
});

describe('credentials that are no one Bearer token in the Authorization header', () => {
  it.each([
    ['an empty header', 401, 'credentials_missing', '/mcp', ['Authorization:']],
    ['no token', 401, 'credentials_missing', '/mcp', ['Authorization: Bearer']],
    ['Basic', 401, 'credentials_missing', '/mcp', ['Authorization: Basic TOKEN']],
    ['DPoP', 401, 'credentials_missing', '/mcp', ['Authorization: DPoP TOKEN']],
    ['two tokens', 401, 'credentials_malformed', '/mcp', ['Authorization: Bearer TOKEN TOKEN']],
    ['a list', 401, 'credentials_malformed', '/mcp', ['Authorization: Bearer TOKEN,TOKEN']],
    ['a byte beyond ASCII', 401, 'credentials_malformed', '/mcp', ['Authorization: Bearer TOKEN\xe9']],
    [
      'two headers',
      400,
      'credentials_repeated',
      '/mcp',
      ['Authorization: Bearer TOKEN', 'Authorization: Bearer TOKEN'],
    ],
    ['a token in the URL', 400, 'credentials_in_query', '/mcp?access_token=TOKEN', []],
    [
      'a token in the URL too',
      400,
      'credentials_in_query',
      '/mcp?access_token=TOKEN',
      ['Authorization: Bearer TOKEN'],
    ],
    [
      'a token in a form',
      401,
      'credentials_missing',
      '/mcp',
      ['Content-Type: application/x-www-form-urlencoded'],
    ],
  ] as const)(
    'are not served, whatever the token is worth: %s',
    async (_, status, reason, target, headers) => {
      await using started = await startGuarded();
      const { idp, server } = started;
      const token = await idp.issueAccessToken({ resource: server.resource });
      const filled = [`POST ${target} HTTP/1.1`, `Host: localhost:${server.port}`, ...headers].map((line) =>
        line.replaceAll('TOKEN', token),
      );
      const form = `access_token=${token}`;
      const answer = await sendRaw(server.port, [...filled, `Content-Length: ${form.length}`], form);
      expectRefusal(server, answer, { status, reason }, token);
      const { error, error_description, ...rest } = parseChallenge(answer.headers.get('www-authenticate'));
      expect(rest).toEqual(invitation(server));
      if (reason === 'credentials_missing') expect({ error, error_description }).toEqual({});
      else expect(JSON.parse(answer.body)).toEqual({ error, error_description, reason });
    },
  );
});
