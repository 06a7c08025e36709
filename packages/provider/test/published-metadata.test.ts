import { type StandIn, startStandIn } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { connect, resource } from './test-provider.ts';

const own = 'http://localhost:3001';

const oauth = (issuer: string) => ({ metadata: { kind: 'discover', type: 'oauth', issuer } }) as const;

const withoutIss = { authorization_response_iss_parameter_supported: undefined };

const startIdp = (changes: object, form: 'openid' | 'rfc8414-appended' = 'openid') =>
  startStandIn({
    metadata: form,
    issuerPath: '/tenant',
    transformMetadata: (document) => ({ ...document, ...changes }),
  });

describe('metadata that does not speak of PKCE', () => {
  it.each([undefined, null, [], 'S256'])('is published here with S256 added: %j', async (methods) => {
    await using idp = await startIdp({ ...withoutIss, code_challenge_methods_supported: methods });
    await using connection = await connect(idp);
    const { issuer, metadata } = connection.published;
    expect(issuer).toBe(own);
    expect(metadata).toEqual({
      ...connection.about.metadata,
      issuer: own,
      code_challenge_methods_supported: ['S256'],
    });
    expect(connection.warnings).toEqual([expect.stringContaining('with S256 added')]);
    // Tokens are still the IdP's.
    expect(connection.issuer).toBe(idp.issuer);
    expect(await connection.verifyAccessToken(await idp.issueAccessToken({ resource }))).toMatchObject({
      issuer: idp.issuer,
    });
  });

  it('stays the IdP’s own where that promises `iss`, which clients compare', async () => {
    await using idp = await startIdp({ code_challenge_methods_supported: undefined });
    await using connection = await connect(idp);
    expect(connection.published).toEqual({ issuer: idp.issuer, metadata: connection.about.metadata });
    expect(connection.warnings).toEqual([expect.stringMatching(/does not publish it .*RFC 9207/)]);
  });

  it('has S256 in the copy that is published for another reason', async () => {
    await using idp = await startIdp({ code_challenge_methods_supported: undefined }, 'rfc8414-appended');
    await using connection = await connect(idp, {}, oauth(idp.issuer));
    expect(connection.published.metadata).toMatchObject({
      issuer: own,
      code_challenge_methods_supported: ['S256'],
    });
  });
});

describe('metadata that speaks of PKCE', () => {
  it('is published as it is, even where it has no S256', async () => {
    await using idp = await startIdp({ ...withoutIss, code_challenge_methods_supported: ['plain'] });
    await using connection = await connect(idp);
    expect(connection.published).toEqual({ issuer: idp.issuer, metadata: connection.about.metadata });
    expect(connection.warnings).toEqual([expect.stringContaining('does not list S256')]);
  });
});

describe('endpoints given by hand', () => {
  const byHand = (pkce: 'S256' | 'none' | undefined) => ({
    metadata: { kind: 'byHand' as const, authorizationEndpoint: `${own}/a`, tokenEndpoint: `${own}/t`, pkce },
    userinfo: { url: `${own}/me` },
  });
  const published = async (idp: StandIn, pkce: 'S256' | 'none' | undefined) => {
    await using connection = await connect(idp, { TEST_AUDIENCE: '*' }, byHand(pkce));
    const warnings = connection.warnings.filter((warning) => warning.includes('PKCE'));
    return [connection.published.metadata.code_challenge_methods_supported, warnings];
  };

  it('have S256, and somebody has to say that it is so', async () => {
    await using idp = await startStandIn();
    expect(await published(idp, undefined)).toEqual([
      ['S256'],
      [expect.stringContaining('TEST_PKCE=S256 if it does, TEST_PKCE=none if it does not')],
    ]);
    expect(await published(idp, 'S256')).toEqual([['S256'], []]);
    expect(await published(idp, 'none')).toEqual([undefined, [expect.stringContaining('TEST_PKCE=none')]]);
  });
});

describe('metadata from a discovery URL', () => {
  const start = (publicUrls: (document: Record<string, unknown>) => object) =>
    startStandIn({
      issuerPath: '/realm',
      transformMetadata: (document) => ({ ...document, ...publicUrls(document) }),
    });
  const issuer = 'http://idp.invalid:8080/realm';
  const warningsOf = async (idp: StandIn) => {
    await using connection = await connect(idp, {
      TEST_ISSUER: issuer,
      TEST_DISCOVERY_URL: idp.discoveryUrl ?? '',
    });
    return connection.warnings.filter((warning) => warning.includes('TEST_DISCOVERY_URL has the host'));
  };

  it('may tell clients of internal addresses: a warning', async () => {
    await using idp = await start(() => ({ issuer }));
    expect(await warningsOf(idp)).toEqual([expect.stringMatching(/in authorization_endpoint, .*jwks_uri/)]);
  });

  it('may not', async () => {
    await using idp = await start((document) =>
      JSON.parse(JSON.stringify(document).replaceAll(/http:\/\/localhost:\d+/g, 'http://idp.invalid:8080')),
    );
    expect(await warningsOf(idp)).toEqual([]);
  });
});
