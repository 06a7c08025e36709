import { freePort, startStandIn } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { clientOf } from './client-of.ts';
import { runMain } from './run-main.ts';
import { callWhoami, startWhoami } from './start-whoami.ts';

const health = async (url: string) => {
  const answer = await fetch(`${url}/health`).catch(() => undefined);
  return answer && { status: answer.status, body: await answer.json() };
};

describe('/health', () => {
  it('is 200 once calls are served, and not before', async () => {
    await using idp = await startStandIn();
    const port = await freePort();
    const url = `http://localhost:${port}`;
    idp.fail('metadata', 'status-503');
    const environment = { PROVIDER: 'generic-oidc', OIDC_ISSUER: idp.issuer, DISCOVERY_RETRY: 'true' };
    const starting = startWhoami({ ...environment, PORT: String(port) });
    await expect.poll(() => health(url)).toEqual({ status: 503, body: { status: 'starting' } });
    expect((await fetch(`${url}/health`)).headers.get('retry-after')).toMatch(/^\d+$/);
    idp.recover();
    await using _ = await starting;
    expect(await health(url)).toEqual({ status: 200, body: { status: 'ok' } });
  });

  it('says that the server ends while it answers the last calls, and lets them end', async () => {
    await using idp = await startStandIn({ accessTokens: 'opaque', introspection: true });
    await using server = runMain({
      PROVIDER: 'generic-oidc',
      PORT: '0',
      OIDC_ISSUER: idp.issuer,
      ...clientOf(idp),
    });
    const [, url = ''] = /ready at (\S+)/.exec(await server.ready()) ?? [];
    idp.fail('introspection', 'hang');
    const call = callWhoami(`${url}/mcp`, 'a-token');
    await expect.poll(() => idp.requests.count('introspection')).toBe(1);
    server.child.kill('SIGTERM');
    await expect.poll(() => health(url)).toEqual({ status: 503, body: { status: 'draining' } });
    const late = await callWhoami(`${url}/mcp`, 'a-token');
    expect([late.status, late.headers.has('retry-after')]).toEqual([503, true]);
    idp.recover();
    expect((await call).status).toBe(503);
    expect(await server.closed).toMatchObject({ code: 0 });
  });
});
