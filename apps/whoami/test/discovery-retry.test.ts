import { freePort, startStandIn } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { callWhoami, startWhoami } from './start-whoami.ts';

describe('with DISCOVERY_RETRY', () => {
  it.each(['refuse', 'status-503'] as const)(
    'the server listens and answers 503 until the IdP is there, and then is ready by itself: %s',
    async (fault) => {
      await using idp = await startStandIn();
      const port = await freePort();
      const url = `http://localhost:${port}`;
      const token = await idp.issueAccessToken({ resource: `${url}/mcp` });
      idp.fail('metadata', fault);
      const starting = startWhoami({
        PROVIDER: 'generic-oidc',
        OIDC_ISSUER: idp.issuer,
        PORT: String(port),
        DISCOVERY_RETRY: 'true',
      });
      await expect
        .poll(() =>
          fetch(`${url}/health`).then(
            ({ status }) => status,
            () => 0,
          ),
        )
        .toBe(503);
      const waiting = await callWhoami(`${url}/mcp`, token);
      expect([waiting.status, waiting.headers.has('retry-after')]).toEqual([503, true]);
      idp.recover();
      await using whoami = await starting;
      expect((await callWhoami(whoami.mcp, token)).status).toBe(200);
      expect(whoami.log[0]).toMatchObject({ level: 'warn', fields: { reason: 'idp_unavailable' } });
    },
  );

  it('a wrong configuration still ends the start', async () => {
    await using idp = await startStandIn();
    const environment = { PROVIDER: 'generic-oidc', OIDC_ISSUER: `${idp.issuer}/`, DISCOVERY_RETRY: 'true' };
    await expect(startWhoami(environment)).rejects.toThrow('trailing slash');
  });
});
