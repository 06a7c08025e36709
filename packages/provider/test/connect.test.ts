import { startStandIn } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { connect, resource, testProvider } from './test-provider.ts';

const oauth = (issuer: string) => ({ metadata: { kind: 'discover', type: 'oauth', issuer } }) as const;

describe('connecting', () => {
  it('publishes the IdP’s own issuer and metadata where clients find them', async () => {
    await using idp = await startStandIn({ metadata: 'rfc8414', issuerPath: '/oauth' });
    await using connection = await connect(idp, {}, oauth(idp.issuer));
    expect(connection.published).toEqual({ issuer: idp.issuer, metadata: connection.about.metadata });
  });

  it('publishes metadata under its own origin where clients would not find the IdP’s', async () => {
    await using idp = await startStandIn({
      metadata: 'rfc8414-appended',
      issuerPath: '/oauth',
      transformMetadata: (document) => ({ ...document, signed_metadata: 'e30.e30.e30' }),
    });
    await using connection = await connect(idp, {}, oauth(idp.issuer));
    expect(connection.issuer).toBe(idp.issuer);
    expect(connection.about.metadata).toMatchObject({ issuer: idp.issuer, signed_metadata: 'e30.e30.e30' });
    const { signed_metadata: _, ...unsigned } = connection.about.metadata;
    expect(connection.published).toEqual({
      issuer: 'http://localhost:3001',
      metadata: { ...unsigned, issuer: 'http://localhost:3001' },
    });
  });

  it('publishes metadata under the public URL of this server, which may have a path', async () => {
    await using idp = await startStandIn({ metadata: 'rfc8414-appended', issuerPath: '/oauth' });
    const publicUrl = 'https://mcp.example.com/tools/whoami';
    const provider = testProvider(oauth(idp.issuer));
    const options = { resources: [`${publicUrl}/mcp`], publicUrl } as const;
    await using connection = await provider.connectFromEnvironment({ TEST_ISSUER: idp.issuer }, options);
    expect(connection.published).toMatchObject({ issuer: publicUrl, metadata: { issuer: publicUrl } });
  });

  it('leaves clients to the IdP’s OpenID metadata where only that is where they look', async () => {
    await using idp = await startStandIn({ metadata: ['rfc8414-appended', 'openid'], issuerPath: '/oidc' });
    await using connection = await connect(idp, {}, oauth(idp.issuer));
    expect(connection.published.issuer).toBe(idp.issuer);
    expect(connection.warnings).toEqual([]);
  });

  it('warns that clients will refuse the `iss` of an IdP whose metadata it has to publish', async () => {
    await using idp = await startStandIn({ metadata: 'rfc8414-appended', issuerPath: '/oauth' });
    await using connection = await connect(idp, {}, oauth(idp.issuer));
    expect(connection.warnings).toEqual([expect.stringContaining('RFC 9207')]);
  });

  it('tries the second path form when the first answers with another issuer', async () => {
    await using idp = await startStandIn({ metadata: ['rfc8414', 'rfc8414-appended'], issuerPath: '/oauth' });
    idp.fail('metadata', { status: 200, body: { error: 'not_found' } }, { times: 1 });
    await using connection = await connect(idp, {}, oauth(idp.issuer));
    expect(connection.about.metadata.issuer).toBe(idp.issuer);
  });

  it.each([
    { scopes_supported: 'openid' },
    { grant_types_supported: {} },
    { registration_endpoint: '' },
    { code_challenge_methods_supported: 'S256' },
  ])('starts with metadata that is wrong where it does not matter: %o', async (change) => {
    await using idp = await startStandIn({ transformMetadata: (document) => ({ ...document, ...change }) });
    await using connection = await connect(idp);
    expect(connection.about.metadata).toMatchObject(change);
    const token = await idp.issueAccessToken({ resource });
    expect((await connection.verifyAccessToken(token)).subject).toBe('ada');
  });

  it('refuses plain http endpoints of the metadata in production', async () => {
    await using idp = await startStandIn({
      transformMetadata: (document) => ({ ...document, userinfo_endpoint: 'http://plain.example.com/me' }),
    });
    await using connection = await connect(idp);
    expect(connection.warnings).toEqual([expect.stringContaining('http://plain.example.com/me')]);
    await expect(connect(idp, { NODE_ENV: 'production' })).rejects.toThrow('http://plain.example.com/me');
  });

  it('says that only a slash is wrong', async () => {
    await using idp = await startStandIn();
    await expect(connect(idp, { TEST_ISSUER: `${idp.issuer}/` })).rejects.toThrow(
      /expected: the issuer exactly as .* says it: http:\/\/localhost:\d+\n {2}The two differ only by a trailing slash/,
    );
  });

  it('says what is wrong with the metadata', async () => {
    await using idp = await startStandIn({ transformMetadata: ({ token_endpoint: _, ...rest }) => rest });
    await expect(connect(idp)).rejects.toThrow(/is not authorization server metadata: token_endpoint/);
  });

  it('mends the metadata by the provider’s hook, and still hands on what the IdP sent', async () => {
    await using idp = await startStandIn({
      transformMetadata: ({ jwks_uri, ...rest }) => ({ ...rest, keys: jwks_uri }),
    });
    await using connection = await connect(
      idp,
      {},
      {
        metadata: {
          kind: 'discover',
          type: 'oidc',
          issuer: idp.issuer,
          repair: (document) => ({ ...document, jwks_uri: document.keys }),
        },
      },
    );
    expect(connection.about.metadata.jwks_uri).toBeUndefined();
    const { provedBy } = await connection.verifyAccessToken(await idp.issueAccessToken({ resource }));
    expect(provedBy).toBe('jwt');
  });

  it('reaches an issuer that cannot be reached through the discovery URL’s origin', async () => {
    const issuer = 'http://idp.invalid:8080/realm';
    await using idp = await startStandIn({
      issuerPath: '/realm',
      transformMetadata: (document) =>
        JSON.parse(JSON.stringify(document).replaceAll(/http:\/\/localhost:\d+/g, 'http://idp.invalid:8080')),
    });
    await using connection = await connect(idp, {
      TEST_ISSUER: issuer,
      TEST_DISCOVERY_URL: `${idp.origin}/realm/.well-known/openid-configuration`,
    });
    expect(connection.published).toEqual({ issuer, metadata: connection.about.metadata });
    const token = idp.signJwt(idp.validClaims({ iss: issuer, aud: resource }));
    expect(await connection.verifyAccessToken(token)).toMatchObject({ issuer, subject: 'ada' });
  });

  it('warns of a plain http issuer, and refuses it in production', async () => {
    await using idp = await startStandIn({
      transformMetadata: (document) => ({ ...document, issuer: 'http://idp.invalid' }),
    });
    const environment = { TEST_ISSUER: 'http://idp.invalid', TEST_DISCOVERY_URL: idp.discoveryUrl ?? '' };
    await using connection = await connect(idp, environment);
    expect(connection.warnings).toContainEqual(
      expect.stringContaining('TEST_ISSUER=http://idp.invalid is plain http'),
    );
    await expect(connect(idp, { ...environment, NODE_ENV: 'production' })).rejects.toThrow(
      /TEST_ISSUER does not work[\s\S]*example: {2}TEST_ISSUER=https:\/\/idp\.invalid/,
    );
  });

  it.each([
    ['TEST_AUDIENCE=* turns the audience check off', { TEST_AUDIENCE: '*' }, {}],
    ['TEST_CLIENT_ID is set, but', { TEST_CLIENT_ID: 'whoami' }, {}],
    ['offline_access in TEST_SCOPES', { TEST_SCOPES: 'openid offline_access' }, {}],
    ['TEST_REQUIRED_SCOPES names mcp:read', { TEST_REQUIRED_SCOPES: 'mcp:read' }, {}],
    [
      'TEST_REQUIRED_SCOPES refuses every token',
      { TEST_REQUIRED_SCOPES: 'openid' },
      { jwks_uri: '', introspection_endpoint: null },
    ],
    ['every token is refused unless TEST_AUDIENCE=none', {}, { jwks_uri: undefined }],
  ])('warns: %s', async (warning, environment, change) => {
    await using idp = await startStandIn({ transformMetadata: (document) => ({ ...document, ...change }) });
    await using connection = await connect(idp, environment);
    expect(connection.warnings).toContainEqual(expect.stringContaining(warning));
    expect(connection.scopes).toEqual(['openid']);
  });

  it('takes the `.default` of an API for the scopes of that API, and of no other', async () => {
    await using idp = await startStandIn();
    const warningsOf = async (required: string) => {
      const scopes = { TEST_SCOPES: 'api://app/.default', TEST_REQUIRED_SCOPES: required };
      await using connection = await connect(idp, scopes);
      return connection.warnings;
    };
    expect(await warningsOf('access_as_user api://app/read')).toEqual([]);
    expect(await warningsOf('api://other/read')).toEqual([expect.stringContaining('names api://other/read')]);
  });

  it('has nothing to warn of with a plain IdP', async () => {
    await using idp = await startStandIn();
    await using connection = await connect(idp);
    expect(connection.warnings).toEqual([]);
  });

  it('does not take a secret without the client it belongs to', async () => {
    await using idp = await startStandIn();
    await expect(connect(idp, { TEST_CLIENT_SECRET: 'hush', TEST_ISSUER: 'x' })).rejects.toThrow(
      /TEST_ISSUER does not work: x[\s\S]*TEST_CLIENT_ID is not set/,
    );
  });

  it('names every missing variable before it asks the IdP', async () => {
    await expect(testProvider().connectFromEnvironment({}, { resources: [resource] })).rejects.toThrow(
      'TEST_ISSUER is not set',
    );
  });
});
