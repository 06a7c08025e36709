import { ada, grace, type StandIn, type StandInOptions, startStandIn } from '@mcp-whoami/testkit';
import { ownResource } from '@mcp-whoami/testkit/provider-suite';
import { describe, expect, it } from 'vitest';
import { clientOf } from '../client-of.ts';
import { callWhoami, jsonRpcHeaders, startWhoami } from '../start-whoami.ts';
import { ask, call, clientMeta, headersOf, message, post, revision } from './stateless-call.ts';

const startSignedIn = async (
  options: StandInOptions,
  environment: (idp: StandIn) => Record<string, string>,
) => {
  await using stack = new AsyncDisposableStack();
  const idp = stack.use(await startStandIn(options));
  const whoami = stack.use(
    await startWhoami({
      PROVIDER: 'generic-oidc',
      OIDC_ISSUER: idp.issuer,
      OIDC_AUDIENCE: ownResource,
      ...environment(idp),
    }),
  );
  const owned = stack.move();
  return { idp, whoami, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};

const opaque: StandInOptions = { accessTokens: 'opaque', introspection: true };

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };

describe('both eras at one URL', () => {
  it('are answered side by side, each to its own caller in its own way', async () => {
    await using started = await startSignedIn({ signingAlg: 'ES256' }, () => ({}));
    const { idp, whoami } = started;
    const people = [ada, grace];
    const tokens = await Promise.all(
      people.map((user) => idp.issueAccessToken({ user, resource: ownResource })),
    );
    const asked = Array.from({ length: 200 }, async (_, id) => {
      const token = tokens[id % 2] ?? '';
      const { sub } = people[id % 2] ?? ada;
      const authorization = { authorization: `Bearer ${token}` };
      if (id % 4 < 2) {
        const { json } = await ask(whoami.mcp, { ...call(), id }, authorization);
        return expect(json).toMatchObject({
          id,
          result: { resultType: 'complete', structuredContent: { sub } },
        });
      }
      const { params, ...older } = { ...call(), id };
      const body = { ...older, params: { ...params, _meta: undefined } };
      const { status, text } = await post(whoami.mcp, body, { ...jsonRpcHeaders, ...authorization });
      expect(status).toBe(200);
      const { result } = JSON.parse(text);
      expect(result.structuredContent).toMatchObject({ sub });
      expect(Object.keys(result)).toEqual(['content', 'structuredContent']);
    });
    await Promise.all(asked);
    expect(whoami.log).toEqual([]);
  });

  it.each<[string, object, Record<string, string>]>([
    ['Mcp-Method alone', ping, { 'mcp-method': 'ping' }],
    [
      'an initialize that asks for it',
      {
        ...ping,
        method: 'initialize',
        params: { protocolVersion: revision, capabilities: {}, clientInfo: { name: 'test', version: '1' } },
      },
      { 'mcp-method': 'initialize' },
    ],
    ['other metadata', { ...ping, params: { _meta: { progressToken: 1, a: 'b' } } }, {}],
    ['an older version', ping, { 'mcp-protocol-version': '2025-11-25' }],
    ['a name in the arguments', { ...ping, params: { arguments: { _meta: clientMeta } } }, {}],
    ['a batch of 2025-03-26', [ping, { ...ping, id: 2 }], {}],
  ])('%s is not a sign of 2026-07-28', async (_, body, headers) => {
    await using whoami = await startWhoami({ PROVIDER: 'none' });
    const { status, text } = await post(whoami.mcp, body, { ...jsonRpcHeaders, ...headers });
    expect(status).toBe(200);
    for (const { result } of [JSON.parse(text)].flat()) {
      expect(result).not.toHaveProperty('resultType');
      if ('protocolVersion' in result) expect(result.protocolVersion).toBe('2025-11-25');
    }
  });
});

/** Right and wrong ones: none of them is looked at before its token is. */
const kinds: [string, unknown, Record<string, string | string[]>][] = [
  ['server/discover', message('server/discover'), headersOf(message('server/discover'))],
  ['tools/list', message('tools/list'), headersOf(message('tools/list'))],
  ['tools/call', call(), headersOf(call())],
  [
    'subscriptions/listen',
    message('subscriptions/listen', { notifications: {} }),
    headersOf(message('subscriptions/listen')),
  ],
  ['an unknown method', message('a/b'), headersOf(message('a/b'))],
  ['a mismatch', call(), headersOf(call(), { 'mcp-method': 'tools/list' })],
  ['a body without _meta', ping, headersOf(message('ping'))],
  [
    'an unknown version',
    call({ _meta: { ...clientMeta, 'io.modelcontextprotocol/protocolVersion': '2099-01-01' } }),
    headersOf(call(), { 'mcp-protocol-version': '2099-01-01' }),
  ],
  ['a batch', [call()], headersOf(call())],
  ['a notification', { jsonrpc: '2.0', method: 'notifications/cancelled' }, headersOf(call())],
  ['no JSON-RPC', 'x', headersOf(call())],
];

describe('the guard comes first', () => {
  it.each(kinds)('for %s: 401 and 403', async (_, body, headers) => {
    await using started = await startSignedIn({ signingAlg: 'ES256', scopes: ['mcp:admin'] }, () => ({
      OIDC_REQUIRED_SCOPES: 'mcp:admin',
    }));
    const { idp, whoami } = started;
    const unsigned = await post(whoami.mcp, body, headers);
    expect(unsigned.status).toBe(401);
    expect(unsigned.headers['www-authenticate']).toContain('resource_metadata=');
    expect(unsigned.headers['www-authenticate']).not.toContain('error');
    const invalid = await post(whoami.mcp, body, { ...headers, authorization: 'Bearer a.b.c' });
    expect(invalid.status).toBe(401);
    expect(invalid.headers['www-authenticate']).toContain('error="invalid_token"');
    const token = await idp.issueAccessToken({ resource: ownResource, scope: 'openid' });
    const lacking = await post(whoami.mcp, body, { ...headers, authorization: `Bearer ${token}` });
    expect(lacking.status).toBe(403);
    expect(lacking.headers['www-authenticate']).toContain('error="insufficient_scope"');
    expect(lacking.headers['www-authenticate']).toMatch(/scope="[^"]*mcp:admin/);
  });

  it('503 while the IdP cannot be asked, and 429 after too many bad tokens', async () => {
    await using started = await startSignedIn(opaque, clientOf);
    const { idp, whoami } = started;
    idp.fail('introspection', 'status-500');
    for (const [name, body, headers] of kinds) {
      const { status } = await post(whoami.mcp, body, { ...headers, authorization: 'Bearer unknown' });
      expect(status, name).toBe(503);
    }
    idp.fail('introspection', { status: 200, body: { active: false } });
    let sent = 0;
    const sendGarbage = async () => {
      const garbage = Array.from({ length: 50 }, () =>
        callWhoami(whoami.mcp, `garbage-${sent++}`).then(({ status }) => status),
      );
      return (await Promise.all(garbage)).includes(429);
    };
    for (const [name, body, headers] of kinds) {
      while (!(await sendGarbage()));
      const { status } = await post(whoami.mcp, body, { ...headers, authorization: 'Bearer one-more' });
      expect(status, name).toBe(429);
    }
  });

  it.each(kinds)('for %s: the Host and the Origin', async (_, body, headers) => {
    await using whoami = await startWhoami({ PROVIDER: 'none' });
    expect((await post(whoami.mcp, body, { ...headers, host: 'evil.example' })).status).toBe(403);
    expect((await post(whoami.mcp, body, { ...headers, origin: 'https://evil.example' })).status).toBe(403);
  });

  it('also of GET and DELETE', async () => {
    await using started = await startSignedIn({ signingAlg: 'ES256' }, () => ({}));
    const { idp, whoami } = started;
    const token = await idp.issueAccessToken({ resource: ownResource });
    for (const method of ['GET', 'DELETE']) {
      const headers = { 'mcp-protocol-version': revision };
      expect((await fetch(whoami.mcp, { method, headers })).status).toBe(401);
      const signedIn = { ...headers, authorization: `Bearer ${token}` };
      expect((await fetch(whoami.mcp, { method, headers: signedIn })).status).toBe(405);
    }
    expect((await callWhoami(whoami.mcp, token)).status).toBe(200);
  });

  it('a browser may ask with the headers of the revision', async () => {
    await using started = await startSignedIn({ signingAlg: 'ES256' }, () => ({}));
    const answer = await fetch(started.whoami.mcp, {
      method: 'OPTIONS',
      headers: {
        origin: 'http://localhost:6274',
        'access-control-request-method': 'POST',
        'access-control-request-headers':
          'authorization,content-type,mcp-protocol-version,mcp-method,mcp-name',
      },
    });
    expect(answer.status).toBe(204);
    const allowed = answer.headers.get('access-control-allow-headers')?.toLowerCase();
    for (const name of ['mcp-protocol-version', 'mcp-method', 'mcp-name']) expect(allowed).toContain(name);
  });
});
