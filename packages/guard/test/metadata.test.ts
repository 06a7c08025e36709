import { type StandIn, startStandIn } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { startGuardedServer } from './guarded-server.ts';

const prm = '/.well-known/oauth-protected-resource';

/** As a page of a foreign origin asks. */
const asForeignPage = { headers: { origin: 'https://evil.example' } };

const documentOf = (server: { resource: string }, idp: StandIn) => ({
  resource: server.resource,
  authorization_servers: [idp.issuer],
  scopes_supported: ['openid', 'profile'],
  bearer_methods_supported: ['header'],
  resource_name: 'MCP server',
});

describe('protected resource metadata', () => {
  it('stands before the path of each resource, and at the root for the first', async () => {
    await using idp = await startStandIn();
    await using server = await startGuardedServer(idp);
    const [mcp, sse = ''] = server.resources;
    for (const [path, resource] of [
      [`${prm}/mcp`, mcp],
      [`${prm}/sse`, sse],
      [prm, mcp],
    ]) {
      const response = await fetch(server.origin + path);
      expect(response.status, path).toBe(200);
      expect(response.headers.get('content-type'), path).toMatch(/^application\/json/);
      expect(await response.json(), path).toEqual(documentOf({ resource: resource ?? '' }, idp));
    }
    expect(server.log.lines).toEqual([]);
  });

  it('stands where the challenge says, and names the resource that was asked for', async () => {
    await using idp = await startStandIn();
    await using server = await startGuardedServer(idp);
    for (const resource of server.resources) {
      const { headers } = await fetch(resource);
      const [, url = ''] = /resource_metadata="([^"]+)"/.exec(headers.get('www-authenticate') ?? '') ?? [];
      expect(await (await fetch(url)).json()).toMatchObject({ resource });
    }
  });

  it.each([
    ['without a path', '', ''],
    ['that is only a slash', '/', ''],
    ['with a trailing slash', '/mcp/', '/mcp/'],
    ['with a long path', '/a/b%20c', '/a/b%20c'],
    ['with characters that routers know', '/v1:mcp/(a)*', '/v1:mcp/(a)*'],
  ])('of a resource %s has its URL byte for byte', async (_, path, metadataPath) => {
    await using idp = await startStandIn();
    await using server = await startGuardedServer(idp, { resourcesAt: (origin) => [`${origin}${path}`] });
    expect(server.resource).toBe(`${server.origin}${path}`);
    const response = await fetch(`${server.origin}${prm}${metadataPath}`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(documentOf(server, idp));
  });

  it('of a resource is not that of one whose name is like it', async () => {
    await using idp = await startStandIn();
    await using server = await startGuardedServer(idp, { resourcesAt: (origin) => [`${origin}/v1:mcp`] });
    expect((await fetch(`${server.origin}${prm}/v1:mcp`)).status).toBe(200);
    expect((await fetch(`${server.origin}${prm}/v1-other`)).status).toBe(404);
  });

  it('names the issuer byte for byte, with its trailing slash', async () => {
    for (const issuerPath of ['', '/', '/realms/a', '/realms/a/'] as const) {
      await using idp = await startStandIn({ issuerPath });
      await using server = await startGuardedServer(idp);
      expect(idp.issuer).toBe(`${idp.origin}${issuerPath}`);
      const text = await (await fetch(`${server.origin}${prm}/mcp`)).text();
      expect(text).toContain(`"authorization_servers":["${idp.issuer}"]`);
    }
  });

  it('leaves out scopes_supported when none are asked', async () => {
    await using idp = await startStandIn();
    await using server = await startGuardedServer(idp, { settings: { scopes: [] } });
    const { scopes_supported: _, ...document } = documentOf(server, idp);
    expect(await (await fetch(`${server.origin}${prm}/mcp`)).json()).toEqual(document);
  });

  it('never asks for offline_access', async () => {
    await using idp = await startStandIn();
    await using server = await startGuardedServer(idp, {
      settings: { scopes: ['openid', 'offline_access'] },
    });
    expect(await (await fetch(`${server.origin}${prm}/mcp`)).json()).toMatchObject({
      scopes_supported: ['openid'],
    });
  });

  it('has the name that the server is given', async () => {
    await using idp = await startStandIn();
    await using server = await startGuardedServer(idp, { resourceName: 'whoami' });
    expect(await (await fetch(`${server.origin}${prm}/mcp`)).json()).toMatchObject({
      resource_name: 'whoami',
    });
  });
});

describe('authorization server metadata', () => {
  it('is what the IdP sent, unknown fields and nulls too', async () => {
    await using idp = await startStandIn({
      transformMetadata: (document) => ({
        ...document,
        x_unknown: { kept: [1, null, { deep: true }], 'not camel': '' },
        op_tos_uri: null,
        scopes_supported: null,
      }),
    });
    await using server = await startGuardedServer(idp);
    const served = await fetch(`${server.origin}/.well-known/oauth-authorization-server`);
    expect(served.status).toBe(200);
    expect(served.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await served.text()).toBe(await (await fetch(idp.discoveryUrl ?? '')).text());
  });
});

describe('metadata', () => {
  it.each([prm, `${prm}/mcp`, `${prm}/sse`, '/.well-known/oauth-authorization-server'])(
    'at %s is for pages of any origin, and for HEAD',
    async (path) => {
      await using idp = await startStandIn();
      await using server = await startGuardedServer(idp);
      for (const method of ['GET', 'HEAD']) {
        const { status, headers } = await fetch(server.origin + path, { ...asForeignPage, method });
        expect(status).toBe(200);
        expect(headers.get('access-control-allow-origin')).toBe('*');
      }
    },
  );

  it.each([
    '/.well-known',
    '/.well-known/',
    '/.well-known/openid-configuration',
    '/.well-known/openid-configuration/mcp',
    '/.well-known/oauth-authorization-server/mcp',
    '/.well-known/oauth-authorization-server/',
    `${prm}/`,
    `${prm}/messages`,
    `${prm}/mcp/more`,
    `${prm}/MCP`,
    '/.WELL-KNOWN/oauth-protected-resource',
  ])('that is not there is 404, never 401: %s', async (path) => {
    await using idp = await startStandIn();
    await using server = await startGuardedServer(idp);
    const response = await fetch(server.origin + path);
    expect(response.status).toBe(404);
    expect(response.headers.has('www-authenticate')).toBe(false);
    expect(await response.json()).toEqual({ error: 'not_found' });
  });

  it.each(['POST', 'PUT', 'DELETE'])('is not for %s, and a token is not asked for', async (method) => {
    await using idp = await startStandIn();
    await using server = await startGuardedServer(idp);
    for (const path of [prm, `${prm}/mcp`, '/.well-known/oauth-authorization-server', '/.well-known/x']) {
      const response = await fetch(server.origin + path, { method, ...asForeignPage });
      expect([404, 405], path).toContain(response.status);
      expect(response.headers.has('www-authenticate')).toBe(false);
    }
  });
});
