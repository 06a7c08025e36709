import { describe, expect, it } from 'vitest';
import { startGuarded } from './guarded-server.ts';

describe('a token for one of the server’s resources', () => {
  it('is none for another', async () => {
    await using started = await startGuarded();
    const { idp, server } = started;
    const [mcp, sse] = server.resources;
    const token = await idp.issueAccessToken({ resource: mcp });
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(mcp, { headers })).status).toBe(200);

    const refused = await fetch(String(sse), { headers });
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"');
    const line = server.log.records().find(({ reason }) => reason === 'audience_mismatch');
    expect(line?.msg).toContain(sse);
    expect(line?.msg).toContain('TEST_AUDIENCE');
  });

  it('is one for each where the accepted audiences are configured', async () => {
    const audience = 'https://own.example';
    await using started = await startGuarded({}, () => ({ settings: { audience: [audience] } }));
    const { idp, server } = started;
    const token = idp.signJwt(idp.validClaims({ aud: audience }));
    for (const resource of server.resources) {
      expect((await fetch(resource, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    }
  });
});
