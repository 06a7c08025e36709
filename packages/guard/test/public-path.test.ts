import { startStandIn } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { wellKnownDocuments } from '../src/core/well-known.ts';
import { createPublicPathRemover } from '../src/index.ts';
import { startGuarded, startGuardedServer } from './guarded-server.ts';
import { sendRaw } from './raw-http.ts';

const publicPath = '/tools/whoami';
const prm = '/.well-known/oauth-protected-resource';
const asMetadata = '/.well-known/oauth-authorization-server';
const openIdConfiguration = '/.well-known/openid-configuration';

describe('the path of the public URL', () => {
  const remove = createPublicPathRemover(`https://mcp.example.com${publicPath}`);

  it.each([
    [publicPath, '/'],
    [`${publicPath}/`, '/'],
    [`${publicPath}?a=b`, '/?a=b'],
    [`${publicPath}/mcp?a=/b`, '/mcp?a=/b'],
    [`${publicPath}//mcp`, '//mcp'],
    [`${publicPath}${publicPath}/mcp`, `${publicPath}/mcp`],
    [`http://localhost:3001${publicPath}/mcp`, 'http://localhost:3001/mcp'],
    [`HTTP://localhost:3001${publicPath}`, 'HTTP://localhost:3001/'],
  ])('is taken off %s', (target, rest) => {
    expect(remove(target)).toBe(rest);
  });

  it.each([
    '/',
    '*',
    '/mcp',
    '/tools',
    '/tools/whoami2/mcp',
    '/tools/whoami%2fmcp',
    '/tools/whoami;a/mcp',
    '/tools/whoami#/mcp',
    '/TOOLS/whoami/mcp',
    '/tools%2fwhoami/mcp',
    '/%74ools/whoami/mcp',
    '//tools/whoami/mcp',
    '/tools//whoami/mcp',
    '/./tools/whoami/mcp',
    '/x/../tools/whoami/mcp',
    '/?/tools/whoami/mcp',
    'ftp://localhost/tools/whoami/mcp',
  ])('is not in %s', (target) => {
    expect(remove(target)).toBe(target);
  });

  it('is nothing for a server at the root of its host', () => {
    const keep = createPublicPathRemover('https://mcp.example.com');
    for (const target of ['/mcp', '//mcp', '/', '*']) expect(keep(target)).toBe(target);
  });
});

describe('a server whose public URL has a path', () => {
  it.each([
    // RFC 9728 §3.1, as proxies hand it on that leave it as it is.
    [`${prm}${publicPath}/mcp`, 'mcp'],
    [`${prm}${publicPath}/sse`, 'sse'],
    [`${prm}${publicPath}`, 'mcp'],
    // With the path taken off.
    [`${prm}/mcp`, 'mcp'],
    [`${prm}/sse`, 'sse'],
    [prm, 'mcp'],
    // By proxies that hand on nothing but that path.
    [`${publicPath}${prm}/mcp`, 'mcp'],
    [`${publicPath}${prm}/sse`, 'sse'],
    [`${publicPath}${prm}${publicPath}/sse`, 'sse'],
    [`${publicPath}${prm}`, 'mcp'],
  ])('has metadata at %s of %s', async (path, name) => {
    await using idp = await startStandIn();
    await using server = await startGuardedServer(idp, { publicPath });
    const response = await fetch(server.origin + path, { headers: { origin: 'https://page.example' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(await response.json()).toMatchObject({ resource: `${server.origin}${publicPath}/${name}` });
  });

  it('names its metadata where RFC 9728 puts it', async () => {
    await using idp = await startStandIn();
    await using server = await startGuardedServer(idp, { publicPath });
    const { headers } = await fetch(server.resource);
    expect(headers.get('www-authenticate')).toContain(
      `resource_metadata="${server.origin}${prm}${publicPath}/mcp"`,
    );
  });

  it('has the authorization server’s metadata with that path and without', async () => {
    await using idp = await startStandIn();
    await using server = await startGuardedServer(idp, { publicPath });
    for (const path of [asMetadata, `${asMetadata}${publicPath}`, `${publicPath}${asMetadata}`]) {
      const response = await fetch(server.origin + path);
      expect(await response.json(), path).toEqual(server.connection.about.metadata);
    }
    // Of the IdP's own issuer, nothing would look here.
    for (const path of [openIdConfiguration, `${publicPath}${openIdConfiguration}`])
      expect((await fetch(server.origin + path)).status).toBe(404);
  });

  it('has OpenID metadata of its own wherever clients look for that', async () => {
    await using idp = await startStandIn();
    await using server = await startGuardedServer(idp, { publicPath });
    const publicUrl = `${server.origin}${publicPath}`;
    const published = { issuer: publicUrl, metadata: { issuer: publicUrl } };
    const documentsOf = (url: string) =>
      wellKnownDocuments(server.resources, 'whoami', { ...server.connection, published }, url);
    for (const path of [openIdConfiguration, `${openIdConfiguration}${publicPath}`])
      expect(documentsOf(publicUrl).get(path)).toBe(published.metadata);
    expect(documentsOf(server.origin).has(openIdConfiguration)).toBe(false);
  });

  it.each([
    `${prm}/tools`,
    `${prm}${publicPath}/`,
    `${prm}${publicPath}/messages`,
    `${prm}/TOOLS/whoami/mcp`,
    `${prm}${publicPath}${publicPath}/mcp`,
    `${publicPath}/.well-known/x`,
    `${publicPath}/.WELL-KNOWN/oauth-protected-resource`,
    `/tools${prm}/mcp`,
  ])('has no metadata at %s, which asks for no token', async (path) => {
    await using idp = await startStandIn();
    await using server = await startGuardedServer(idp, { publicPath });
    const response = await fetch(server.origin + path);
    expect(response.status).toBe(404);
    expect(response.headers.has('www-authenticate')).toBe(false);
  });

  it('keeps each of its resources’ own metadata where another’s would be with that path taken off', async () => {
    await using idp = await startStandIn();
    await using server = await startGuardedServer(idp, {
      publicPath,
      resourcesAt: (origin) => [`${origin}${publicPath}/mcp`, `${origin}/mcp`],
    });
    const document = await (await fetch(`${server.origin}${prm}/mcp`)).json();
    expect(document).toMatchObject({ resource: `${server.origin}/mcp` });
  });

  it('takes logout tokens with that path and without', async () => {
    await using started = await startGuarded({}, () => ({
      publicPath,
      settings: { logoutClientIds: ['mcp-client'] },
    }));
    for (const path of ['/backchannel-logout', `${publicPath}/backchannel-logout`]) {
      const response = await fetch(started.server.origin + path, {
        method: 'POST',
        headers: { origin: 'https://idp.example.com' },
      });
      expect([response.status, await response.json()], path).toMatchObject([
        400,
        { error: 'invalid_request' },
      ]);
    }
  });
});

describe('a guard that an app has under a path', () => {
  it('serves metadata and takes logout tokens there, and metadata where RFC 9728 puts it', async () => {
    await using started = await startGuarded({}, () => ({
      publicPath,
      entranceAt: [publicPath, `${prm}${publicPath}`],
      settings: { logoutClientIds: ['mcp-client'] },
    }));
    const { server, idp } = started;
    for (const path of [`${prm}${publicPath}/mcp`, `${publicPath}${prm}/mcp`, `${publicPath}${prm}`])
      expect(await (await fetch(server.origin + path)).json(), path).toMatchObject({
        resource: server.resource,
      });
    const logout = await fetch(`${server.resource.replace('/mcp', '/backchannel-logout')}`, {
      method: 'POST',
    });
    expect(logout.status).toBe(400);
    expect((await fetch(server.resource)).status).toBe(401);
    expect((await server.call(await idp.issueAccessToken({ resource: server.resource }))).status).toBe(200);
    // What is not under these paths is the rest of the app's.
    expect((await sendRaw(server.port, ['GET / HTTP/1.1', 'Host: evil.example'])).status).toBe(404);
    expect((await sendRaw(server.port, [`GET ${publicPath} HTTP/1.1`, 'Host: evil.example'])).status).toBe(
      403,
    );
  });
});
