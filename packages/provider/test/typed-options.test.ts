import { startStandIn } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { defineOpenIdProvider, openIdOptions } from '../src/index.ts';
import { resource, testProvider } from './test-provider.ts';

const resources: [string] = [resource];

describe('typed options', () => {
  it('connect a provider, and accept what the same environment accepts', async () => {
    await using idp = await startStandIn();
    await using connection = await testProvider().connect(
      { issuer: idp.issuer, scopes: ['openid', 'mcp:read', 'openid'], tokenCacheSeconds: 0 },
      { resources },
    );
    expect(connection.scopes).toEqual(['openid', 'mcp:read']);
    expect(connection.warnings).toEqual([]);
    const token = await idp.issueAccessToken({ resource });
    expect((await connection.verifyAccessToken(token)).subject).toBe('ada');
  });

  it('are named by their fields when they do not work', async () => {
    await expect(
      testProvider().connect({ issuer: 'idp', tokenCacheSeconds: 61, clientSecret: 'hush' }, { resources }),
    ).rejects.toThrow(
      [
        'issuer does not work: idp',
        '  expected: an absolute http or https URL without a user name or password',
        '  example:  issuer: "https://idp.example.com"',
        'tokenCacheSeconds does not work: 61',
        '  expected: whole seconds from 0 to 60',
        '  example:  tokenCacheSeconds: 0',
        'clientId is not set.',
        '  expected: the client to which the secret belongs',
        '  example:  clientId: "whoami"',
      ].join('\n'),
    );
  });

  it('are refused where nothing reads them: one that is misspelled must not turn a check off', async () => {
    const options = { issuer: 'https://idp.example.com', requiredScope: ['mcp:admin'] };
    await expect(testProvider().connect(options, { resources })).rejects.toThrow(
      /requiredScope does not work[\s\S]*requiredScopes, the nearest name/,
    );
  });

  it('are named by their fields where the metadata does not fit, and in warnings', async () => {
    await using idp = await startStandIn();
    await expect(testProvider().connect({ issuer: `${idp.issuer}/` }, { resources })).rejects.toThrow(
      `paste:    issuer: "${idp.issuer}"`,
    );
    await using connection = await testProvider().connect(
      { issuer: idp.issuer, audience: ['*'] },
      { resources },
    );
    expect(connection.warnings).toContainEqual(
      expect.stringContaining('audience: ["*"] turns the audience check off'),
    );
    expect(connection.advice.audience_unknown).toContain('audience: ["none"]');
  });

  it('refuse plain http to another machine in production alone', async () => {
    const options = { issuer: 'http://idp.invalid' };
    await expect(testProvider().connect(options, { resources })).rejects.toThrow('cannot be reached');
    await expect(testProvider().connect(options, { resources, production: true })).rejects.toThrow(
      /issuer does not work: http:\/\/idp\.invalid[\s\S]*issuer: "https:\/\/idp\.invalid"/,
    );
  });
});

it('an issuer that is made of another option is named by that option', async () => {
  await using idp = await startStandIn({ issuerPath: '/oidc' });
  const { options } = testProvider();
  const provider = defineOpenIdProvider({
    id: 'tenant',
    title: 'Tenant',
    options: openIdOptions({ endpoint: options.shape.issuer }),
    issuer: ({ endpoint }) => `${endpoint}/oidc`,
    issuerOption: { field: 'endpoint', textFor: (issuer) => issuer.replace(/\/oidc$/, '') },
  });
  await expect(provider.connect({ endpoint: `${idp.origin}/` }, { resources })).rejects.toThrow(
    /endpoint does/,
  );
});
