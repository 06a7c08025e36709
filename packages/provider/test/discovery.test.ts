import { startStandIn } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { IdpRequestError } from '../src/idp/request.ts';
import { isIdpUnreachable } from '../src/index.ts';
import { waysToIdp } from '../src/metadata/ways-to-idp.ts';
import { startHttpAnswers } from './http-answers.ts';
import { connect, resource, testProvider } from './test-provider.ts';

const wellKnown = '/.well-known/openid-configuration';

const redirectTo = (location: string) => ({ status: 302, headers: { location } });

const documentOf = (origin: string, changes: object = {}) => ({
  issuer: origin,
  authorization_endpoint: `${origin}/authorize`,
  token_endpoint: `${origin}/token`,
  jwks_uri: `${origin}/jwks`,
  code_challenge_methods_supported: ['S256'],
  ...changes,
});

const connectTo = (environment: Record<string, string>) =>
  testProvider().connectFromEnvironment(environment, { resources: [resource] });

const messageOf = async (environment: Record<string, string>) => {
  const error: unknown = await connectTo(environment).catch((reason: unknown) => reason);
  return error instanceof Error ? error.message : '';
};

describe('metadata that is elsewhere on its own host', () => {
  it('is found by following, as clients do', async () => {
    await using idp = await startHttpAnswers((origin) => ({
      [wellKnown]: redirectTo('/index.php/apps/oidc/openid-configuration'),
      '/index.php/apps/oidc/openid-configuration': documentOf(origin),
    }));
    await using connection = await connectTo({ TEST_ISSUER: idp.origin });
    expect(connection.published).toEqual({ issuer: idp.origin, metadata: documentOf(idp.origin) });
    expect(connection.warnings).toEqual([]);
  });

  it('leaves clients to the IdP where only this server was told the place itself', async () => {
    await using idp = await startHttpAnswers((origin) => ({
      [wellKnown]: redirectTo(`${origin}/metadata`),
      '/metadata': documentOf(origin),
    }));
    await using connection = await connectTo({
      TEST_ISSUER: idp.origin,
      TEST_DISCOVERY_URL: `${idp.origin}/metadata`,
    });
    expect(connection.published.issuer).toBe(idp.origin);
  });

  it('is not looked for on another host, in a loop or through many redirects', async () => {
    await using other = await startHttpAnswers(() => ({}));
    await using idp = await startHttpAnswers(() => ({
      '/away/.well-known/openid-configuration': redirectTo(`${other.origin}/metadata?token=S3CRET`),
      '/loop/.well-known/openid-configuration': redirectTo('/loop/.well-known/openid-configuration'),
    }));
    expect(await messageOf({ TEST_ISSUER: `${idp.origin}/away` })).toContain(
      `redirects (302) to ${other.origin}/metadata\n`,
    );
    expect(other.paths).toEqual([]);
    expect(await messageOf({ TEST_ISSUER: `${idp.origin}/loop` })).toContain('redirects (302)');
    const ofLoop = '/loop/.well-known/openid-configuration';
    expect(idp.paths.filter((path) => path === ofLoop).length).toBeLessThan(5);
    // And a handful of addresses near each, which may have been meant.
    expect(idp.paths.length).toBeLessThan(25);
  });

  it('must still be of the issuer', async () => {
    await using idp = await startHttpAnswers((origin) => ({
      [wellKnown]: redirectTo('/metadata'),
      '/metadata': documentOf(origin, { issuer: `${origin}/other` }),
    }));
    expect(await messageOf({ TEST_ISSUER: idp.origin })).toContain(`TEST_ISSUER=${idp.origin}/other`);
  });
});

describe('metadata of another issuer', () => {
  it.each([
    'https://login.example.com/{tenantid}/v2.0',
    'https://login.example.com/<tenant>',
    'not an issuer',
    'https://login.example.com/v2.0?tenant=1',
  ])('that is not an issuer is never the example: %s', async (issuer) => {
    await using idp = await startHttpAnswers((origin) => ({ [wellKnown]: documentOf(origin, { issuer }) }));
    const message = await messageOf({ TEST_ISSUER: idp.origin });
    expect(message).toContain(issuer);
    expect(message).toMatch(/\n {2}example: {2}TEST_ISSUER=https:\/\/idp\.example\.com$/);
    if (issuer.includes('{')) expect(message).toContain('a pattern for the issuers of many tenants');
  });
});

describe('an IdP that cannot be reached', () => {
  const everyWay = ['TEST_DISCOVERY_URL', 'NODE_USE_ENV_PROXY=1 HTTPS_PROXY=', 'NODE_EXTRA_CA_CERTS='];

  it('is a reason to name the ways to it', async () => {
    const idp = await startStandIn();
    await idp[Symbol.asyncDispose]();
    for (const issuer of [idp.issuer, 'http://idp.invalid']) {
      const message = await messageOf({ TEST_ISSUER: issuer });
      for (const way of everyWay) expect(message).toContain(way);
    }
  });

  it('is none when it answers', async () => {
    await using idp = await startStandIn();
    idp.fail('metadata', 'status-503');
    await expect(connect(idp)).rejects.toSatisfy(isIdpUnreachable);
    const error: unknown = await connect(idp).catch((reason: unknown) => reason);
    expect(error instanceof Error ? error.message : '').not.toContain('NODE_EXTRA_CA_CERTS');
  });

  it.each([
    'SELF_SIGNED_CERT_IN_CHAIN',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  ])('may have a certificate of a private CA: %s', (code) => {
    const cause = Object.assign(new TypeError('fetch failed'), {
      cause: Object.assign(new Error(), { code }),
    });
    const error = new IdpRequestError('https://idp.example.com', 'cannot be reached', { cause });
    const { ways, example } = waysToIdp(error, 'TEST_DISCOVERY_URL');
    expect(example).toMatch(/^NODE_EXTRA_CA_CERTS=/);
    expect(ways.map((way) => /[A-Z_]{8,}/.exec(way)?.[0])).toEqual([
      'NODE_EXTRA_CA_CERTS',
      'TEST_DISCOVERY_URL',
      'NODE_USE_ENV_PROXY',
    ]);
  });
});
