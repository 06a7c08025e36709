import { ada, startStandIn } from '@mcp-whoami/testkit';
import { ownResource } from '@mcp-whoami/testkit/provider-suite';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { callWhoami, jsonRpcHeaders, startWhoami } from './start-whoami.ts';

const toolAnswer = z.object({
  result: z.object({
    content: z.array(z.object({ text: z.string() })),
    structuredContent: z.record(z.string(), z.unknown()),
  }),
});

/** The server with a stand-in IdP whose tokens are for a fixed audience. */
const start = async (environment: Record<string, string> = {}) => {
  await using stack = new AsyncDisposableStack();
  const idp = stack.use(await startStandIn());
  const whoami = stack.use(
    await startWhoami({
      PROVIDER: 'generic-oidc',
      OIDC_ISSUER: idp.issuer,
      OIDC_AUDIENCE: ownResource,
      ...environment,
    }),
  );
  const token = await idp.issueAccessToken({ resource: ownResource });
  const owned = stack.move();
  return { idp, whoami, token, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};

describe('/mcp', () => {
  it('answers the tool as structured content and as text, `sub` first', async () => {
    await using started = await start();
    const { result } = toolAnswer.parse(await (await callWhoami(started.whoami.mcp, started.token)).json());
    expect(result.structuredContent).toMatchObject({ sub: ada.sub, aud: ownResource });
    expect(Object.keys(result.structuredContent)[0]).toBe('sub');
    expect(JSON.parse(result.content[0]?.text ?? '')).toEqual(result.structuredContent);
  });

  it.each(['GET', 'HEAD', 'DELETE', 'PUT'])(
    'answers %s with 401 first, and with 405 once signed in',
    async (method) => {
      await using started = await start();
      const stranger = await fetch(started.whoami.mcp, { method });
      expect(stranger.status).toBe(401);
      expect(stranger.headers.get('www-authenticate')).toContain('resource_metadata=');
      const signedIn = await fetch(started.whoami.mcp, {
        method,
        headers: { authorization: `Bearer ${started.token}` },
      });
      expect(signedIn.status).toBe(405);
      expect(signedIn.headers.get('allow')).toBe('POST');
    },
  );

  it.each([
    ['no JSON', '{"jsonrpc":', 400, -32700],
    ['a body over the limit', JSON.stringify('a'.repeat(300 * 1024)), 413, -32600],
  ])('answers %s with a JSON-RPC error', async (_, body, status, code) => {
    await using started = await start();
    const answer = await fetch(started.whoami.mcp, {
      method: 'POST',
      headers: { ...jsonRpcHeaders, authorization: `Bearer ${started.token}` },
      body,
    });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ jsonrpc: '2.0', error: { code }, id: null });
  });
});

describe('the server', () => {
  it('describes both resources, the first at the root too', async () => {
    await using started = await start({ OIDC_SCOPES: 'openid mcp:read' });
    const { idp, whoami } = started;
    for (const [path, resource] of [
      ['/mcp', whoami.mcp],
      ['/sse', whoami.sse],
      ['', whoami.mcp],
    ]) {
      const answer = await fetch(`${whoami.publicUrl}/.well-known/oauth-protected-resource${path}`);
      expect(await answer.json()).toEqual({
        resource,
        authorization_servers: [idp.issuer],
        scopes_supported: ['openid', 'mcp:read'],
        bearer_methods_supported: ['header'],
        resource_name: 'whoami',
      });
    }
    const mirrored = await fetch(`${whoami.publicUrl}/.well-known/oauth-authorization-server`);
    expect(await mirrored.json()).toEqual(await (await fetch(idp.discoveryUrl ?? '')).json());
    expect((await fetch(`${whoami.publicUrl}/.well-known/openid-configuration`)).status).toBe(404);
  });

  it('says only that it is healthy, to anybody', async () => {
    await using started = await start();
    const answer = await fetch(`${started.whoami.publicUrl}/health`, { headers: { host: '10.0.0.7:3001' } });
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }]);
  });

  it('shows people a page with its URLs and how to connect', async () => {
    await using started = await start();
    const answer = await fetch(started.whoami.publicUrl);
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    const page = await answer.text();
    for (const words of [
      started.whoami.mcp,
      started.whoami.sse,
      'OpenID Connect',
      'claude mcp add',
      'code --add-mcp',
    ]) {
      expect(page).toContain(words);
    }
  });

  it('has no metadata and refuses nobody with PROVIDER=none, but still looks at Host and Origin', async () => {
    await using whoami = await startWhoami({ PROVIDER: 'none' });
    expect((await callWhoami(whoami.mcp)).status).toBe(200);
    expect((await callWhoami(whoami.mcp, 'any')).status).toBe(200);
    for (const path of [
      'oauth-protected-resource',
      'oauth-protected-resource/mcp',
      'oauth-authorization-server',
    ]) {
      expect((await fetch(`${whoami.publicUrl}/.well-known/${path}`)).status).toBe(404);
    }
    const foreign = await fetch(whoami.mcp, { method: 'POST', headers: { origin: 'https://evil.example' } });
    expect(foreign.status).toBe(403);
  });

  it('lets the pages of ALLOWED_ORIGINS in', async () => {
    await using whoami = await startWhoami({ PROVIDER: 'none', ALLOWED_ORIGINS: 'https://app.example.com' });
    const preflight = await fetch(whoami.mcp, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example.com', 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
  });
});
