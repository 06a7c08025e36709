import { describe, expect, it } from 'vitest';
import { type GuardedServer, introspecting, startGuarded } from './guarded-server.ts';
import { expectRefusal, readAnswer } from './refusal.ts';

describe('a token that the IdP cannot be asked about', () => {
  const expectUndecided = async (server: GuardedServer, token: string) => {
    const answer = await readAnswer(await server.call(token));
    expectRefusal(server, answer, { status: 503, reason: 'idp_unavailable' }, token);
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(answer.headers.has('www-authenticate')).toBe(false);
    expect(JSON.parse(answer.body)).toEqual({
      error: 'temporarily_unavailable',
      error_description: 'The identity provider cannot be asked at the moment',
      reason: 'idp_unavailable',
    });
  };

  it.each([
    'refuse',
    'hang',
    'status-429',
    'status-500',
    'status-502-html',
    'status-503',
    'redirect',
    'html-200',
    'truncated-json',
  ] as const)('is not called bad when its keys cannot be fetched: %s', async (fault) => {
    await using started = await startGuarded();
    const { idp, server } = started;
    const token = await idp.issueAccessToken({ resource: server.resource });
    idp.fail('jwks', fault);
    await expectUndecided(server, token);
    idp.recover();
    expect((await server.call(token)).status).toBe(200);
  });

  it.each(['refuse', 'status-500', 'status-401'] as const)(
    'is not called bad when introspection fails or refuses this server: %s',
    async (fault) => {
      await using started = await startGuarded(
        { accessTokens: 'opaque', introspection: true },
        introspecting,
      );
      const { idp, server } = started;
      const token = await idp.issueAccessToken({ resource: server.resource });
      idp.fail('introspection', fault);
      await expectUndecided(server, token);
      idp.recover();
      expect((await server.call(token)).status).toBe(200);
    },
  );

  it('is not called bad when only userinfo could prove it', async () => {
    await using started = await startGuarded({ accessTokens: 'opaque', resource: 'ignored' }, () => ({
      settings: { audience: ['*'] },
    }));
    const { idp, server } = started;
    const token = await idp.issueAccessToken();
    idp.fail('userinfo', 'status-500');
    await expectUndecided(server, token);
    idp.recover();
    expect((await server.call(token)).status).toBe(200);
  });

  it('is let in when another proof decides', async () => {
    await using started = await startGuarded();
    const { idp, server } = started;
    const token = await idp.issueAccessToken({ resource: server.resource });
    idp.fail('userinfo', 'status-500');
    expect((await server.call(token)).status).toBe(200);
  });
});
