import { startStandIn } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { startGuardedServer } from './guarded-server.ts';
import { sendRaw } from './raw-http.ts';

const page = 'http://localhost:6274';

/** What a page cannot do without: where to sign in, its session, the version it speaks. */
const needed = ['www-authenticate', 'mcp-session-id', 'mcp-protocol-version'];

const namesIn = (header: string | null) => (header ?? '').split(',').map((name) => name.trim().toLowerCase());

describe('a preflight', () => {
  const preflight = async (path: string, origin: string, method: string, headers: string) => {
    await using idp = await startStandIn();
    await using server = await startGuardedServer(idp);
    const answer = await sendRaw(server.port, [
      `OPTIONS ${path} HTTP/1.1`,
      `Host: localhost:${server.port}`,
      `Origin: ${origin}`,
      `Access-Control-Request-Method: ${method}`,
      `Access-Control-Request-Headers: ${headers}`,
    ]);
    return { ...answer, lines: server.log.lines };
  };

  it.each(['/mcp', '/sse', '/not-there'])('of %s is 204 without a token, and no refusal', async (path) => {
    const asked = 'authorization,content-type,mcp-protocol-version,mcp-session-id,last-event-id';
    const { status, headers, body, lines } = await preflight(path, page, 'POST', asked);
    expect(status).toBe(204);
    expect(body).toBe('');
    expect(headers.get('access-control-allow-origin')).toBe(page);
    expect(namesIn(headers.get('access-control-allow-headers'))).toEqual(asked.split(','));
    expect(namesIn(headers.get('access-control-allow-methods'))).toEqual(
      expect.arrayContaining(['get', 'post', 'delete']),
    );
    expect(Number(headers.get('access-control-max-age'))).toBeGreaterThan(0);
    expect(headers.has('www-authenticate')).toBe(false);
    expect(lines).toEqual([]);
  });

  it('from a page that may not use this server is 403, and allows nothing', async () => {
    const { status, headers, lines } = await preflight(
      '/mcp',
      'https://evil.example',
      'POST',
      'authorization',
    );
    expect(status).toBe(403);
    expect([...headers.keys()].filter((name) => name.startsWith('access-control-allow'))).toEqual([]);
    expect(lines).toHaveLength(1);
  });

  it.each(['/.well-known/oauth-protected-resource/mcp', '/.well-known/oauth-authorization-server'])(
    'of the metadata at %s is 204 for a page of any origin',
    async (path) => {
      const { status, headers } = await preflight(
        path,
        'https://evil.example',
        'GET',
        'mcp-protocol-version',
      );
      expect(status).toBe(204);
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(namesIn(headers.get('access-control-allow-headers'))).toContain('mcp-protocol-version');
    },
  );
});

describe('an answer', () => {
  const json = { 'content-type': 'application/json' };
  it.each<[string, number, string, (tokens: { good: string; scopeless: string }) => RequestInit]>([
    ['a served call', 200, '/mcp', ({ good }) => ({ headers: { authorization: `Bearer ${good}` } })],
    ['a token in the URL', 400, '/mcp?access_token=x', () => ({})],
    [
      'a body that is not JSON',
      400,
      '/mcp',
      ({ good }) => ({ method: 'POST', body: '{', headers: { ...json, authorization: `Bearer ${good}` } }),
    ],
    ['no token', 401, '/mcp', () => ({})],
    ['a bad token', 401, '/mcp', () => ({ headers: { authorization: 'Bearer x' } })],
    [
      'a missing scope',
      403,
      '/mcp',
      ({ scopeless }) => ({ headers: { authorization: `Bearer ${scopeless}` } }),
    ],
    ['an unknown path', 404, '/not-there', () => ({})],
    ['unknown metadata', 404, '/.well-known/not-there', () => ({})],
    ['a defect', 500, '/fails', () => ({})],
    ['an outage', 503, '/mcp', ({ good }) => ({ headers: { authorization: `Bearer ${good}` } })],
  ])(
    'to %s (%i) is readable by the page that asked, with the headers that it needs',
    async (_, status, path, init) => {
      await using idp = await startStandIn();
      await using server = await startGuardedServer(idp, { settings: { requiredScopes: ['email'] } });
      if (status === 503) idp.fail('jwks', 'status-500');
      const good = idp.signJwt(idp.validClaims({ aud: server.resource }));
      const scopeless = idp.signJwt(idp.validClaims({ aud: server.resource, scope: 'openid' }));
      const { headers, ...request } = init({ good, scopeless });
      const response = await fetch(server.origin + path, {
        ...request,
        headers: [...new Headers(headers), ['origin', page]],
      });
      expect(response.status).toBe(status);
      expect([page, '*']).toContain(response.headers.get('access-control-allow-origin'));
      expect(namesIn(response.headers.get('access-control-expose-headers'))).toEqual(
        expect.arrayContaining(needed),
      );
    },
  );

  it('for one page is not stored for another', async () => {
    await using idp = await startStandIn();
    await using server = await startGuardedServer(idp);
    const { headers } = await fetch(server.resource, { headers: { origin: page } });
    expect(namesIn(headers.get('vary'))).toContain('origin');
  });
});
