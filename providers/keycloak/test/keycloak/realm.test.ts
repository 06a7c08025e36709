import { type SignInForTokenOptions, signInForToken } from '@mcp-whoami/testkit';
import { describeKeycloak } from '@mcp-whoami/testkit/keycloak';
import { expect, it } from 'vitest';
import { mcpRealm } from '../../realm/mcp-realm.ts';

const testuser = { user: { sub: 'testuser' }, password: 'testuser' };

const inspectorRedirect = 'http://localhost:6274/oauth/callback';

const loopback = { redirect_uris: ['http://127.0.0.1:53682/callback'], token_endpoint_auth_method: 'none' };

const claimsOf = (jwt = ''): unknown =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());

describeKeycloak('mcp-realm, imported', (keycloak) => {
  const { issuer } = keycloak.realm('mcp-realm');

  const register = async (metadata: object) => {
    const response = await fetch(`${issuer}/clients-registrations/openid-connect`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(metadata),
    });
    const { client_id, error_description } = Object(await response.json());
    return { status: response.status, clientId: String(client_id), description: String(error_description) };
  };

  const signIn = (options: SignInForTokenOptions) => signInForToken({ issuer }, { ...testuser, ...options });

  /** As MCP clients register: with the scopes that they were told to ask for. */
  const registered = async (scope: string) => {
    const { clientId } = await register({ ...loopback, scope });
    return { clientId, scope };
  };

  const inspector = { clientId: 'mcp-inspector', redirectUri: inspectorRedirect };

  const ways = {
    'mcp-inspector': async (scope: string) => ({ ...inspector, scope }),
    'a client that registered itself': registered,
  };

  it.each(Object.entries(ways))('gives %s the audience and who the user is', async (_, way) => {
    const { accessToken, idToken, clientId } = await signIn(await way('openid profile email'));
    const claims = claimsOf(accessToken);
    expect(claims).toMatchObject({
      iss: issuer,
      aud: expect.arrayContaining(['http://localhost:3001/mcp', 'http://localhost:3001/sse']),
      sub: expect.stringMatching(/./),
      name: 'Test User',
      preferred_username: 'testuser',
      email: 'testuser@example.com',
    });
    expect(claims).not.toHaveProperty('realm_access');
    expect(claims).not.toHaveProperty('resource_access');
    expect(claimsOf(idToken)).toMatchObject({ aud: clientId });
  });

  it.each(Object.entries(ways))('gives %s the roles with the scope mcp:roles', async (_, way) => {
    const { accessToken } = await signIn(await way('openid mcp:roles'));
    expect(claimsOf(accessToken)).toMatchObject({
      realm_access: { roles: ['mcp-user'] },
      resource_access: { whoami: { roles: ['mcp-admin'] } },
      scope: expect.stringContaining('mcp:roles'),
    });
  });

  it('gives mcp:roles to nobody without the roles', async () => {
    const [username, password] = ['newcomer', 'newcomer'];
    const profile = { email: 'newcomer@example.com', firstName: 'New', lastName: 'Comer' };
    await keycloak.realm('mcp-realm').createUser({ username, password, ...profile });
    const user = { sub: username };
    const { scope, accessToken } = await signIn({
      ...inspector,
      user,
      password,
      scope: 'openid profile mcp:roles',
    });
    expect(scope?.split(' ')).toEqual(expect.arrayContaining(['openid', 'profile']));
    expect(scope).not.toContain('mcp:roles');
    expect(claimsOf(accessToken)).not.toHaveProperty('realm_access');
  });

  it.each(Object.entries(ways))('lets %s stay signed in (offline_access)', async (_, way) => {
    const { refreshToken } = await signIn(await way('openid offline_access'));
    expect(claimsOf(refreshToken)).toMatchObject({ typ: 'Offline' });
  });

  it('wants PKCE of mcp-inspector', async () => {
    const query = { response_type: 'code', client_id: 'mcp-inspector', redirect_uri: inspectorRedirect };
    const url = `${issuer}/protocol/openid-connect/auth?${new URLSearchParams(query)}`;
    const response = await fetch(url, { redirect: 'manual' });
    expect(response.headers.get('location')).toMatch(/^http:\/\/localhost:6274\/.*code_challenge_method/);
  });

  it('introspects for the client whoami', async () => {
    const { accessToken } = await signIn(inspector);
    const response = await fetch(`${issuer}/protocol/openid-connect/token/introspect`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('whoami:whoami-development-secret')}` },
      body: new URLSearchParams({ token: accessToken }),
    });
    expect(await response.json()).toMatchObject({ active: true, username: 'testuser' });
  });

  it.each([
    ['127.0.0.1', loopback],
    ['[::1]', { redirect_uris: ['http://[::1]:53682/callback'] }],
    ['localhost without a port', { redirect_uris: ['http://localhost/callback'] }],
    [
      'MCP Inspector',
      { redirect_uris: [inspectorRedirect], client_uri: 'https://github.com/modelcontextprotocol/inspector' },
    ],
  ])('registers a client on %s', async (_, metadata) => {
    expect((await register(metadata)).status).toBe(201);
  });

  it.each([
    ['another host', { redirect_uris: ['https://evil.example/callback'] }, /Trusted Hosts/],
    ['a host that begins as one', { redirect_uris: ['http://localhost.evil.example/'] }, /Trusted Hosts/],
    ['two hosts', { redirect_uris: [...loopback.redirect_uris, 'https://evil.example/'] }, /Trusted Hosts/],
    ['the home of another host', { ...loopback, client_uri: 'https://evil.example/' }, /Trusted Hosts/],
    ['a page of github.com', { redirect_uris: ['https://github.com/evil'] }, /invalid_request/],
    ['every path', { redirect_uris: ['http://localhost/*'] }, /invalid_request/],
    ['scopes that are not for everybody', { ...loopback, scope: 'openid admin' }, /Allowed Client Scopes/],
  ])('does not register %s', async (_, metadata, reason) => {
    expect(await register(metadata)).toMatchObject({
      status: 403,
      description: expect.stringMatching(reason),
    });
  });

  it('takes other names, resources and secrets', async () => {
    const publicUrl = 'https://mcp.example';
    await using other = await keycloak.createRealm(
      mcpRealm({ realm: 'other', publicUrl, clientSecret: 'other-secret' }),
    );
    const { accessToken } = await signInForToken(other, { ...testuser, ...inspector });
    expect(claimsOf(accessToken)).toMatchObject({
      iss: `${keycloak.origin}/realms/other`,
      aud: expect.arrayContaining([`${publicUrl}/mcp`, `${publicUrl}/sse`]),
    });
    expect(await other.request('GET', '/clients?clientId=whoami')).toMatchObject([
      { secret: 'other-secret' },
    ]);
  });
});
