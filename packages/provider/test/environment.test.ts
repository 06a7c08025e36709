import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeEnvironment, httpUrl, readEnvironment, requireEnvironment, variable } from '../src/index.ts';
import { testProvider } from './test-provider.ts';

const schema = z.object({
  issuer: variable(httpUrl, { description: 'the issuer', example: 'https://idp.example.com' }),
  clientSecret: variable(z.string().max(5, { error: 'at most 5 characters' }).optional(), {
    description: 'the secret',
    example: 'abc',
    secret: true,
  }),
});

describe('an environment', () => {
  it('names every wrong variable at once, with what was expected, found and works', () => {
    expect(() => requireEnvironment(schema, { P_ISSUER: 'idp', P_CLIENT_SECRET: 'too long' }, 'P')).toThrow(
      [
        'P_ISSUER does not work: idp',
        '  expected: an absolute http or https URL without a user name or password',
        '  example:  P_ISSUER=https://idp.example.com',
        'P_CLIENT_SECRET does not work: (a secret, not shown)',
        '  expected: at most 5 characters',
        '  example:  P_CLIENT_SECRET=abc',
      ].join('\n'),
    );
  });

  it('takes an empty variable for one that is not set', () => {
    const reading = readEnvironment(schema, { P_ISSUER: ' ' }, 'P');
    expect(reading).toMatchObject({ success: false, problems: [{ variable: 'P_ISSUER', found: undefined }] });
  });

  it('describes its variables, required or not', () => {
    expect(describeEnvironment(schema, 'P')).toEqual([
      { name: 'P_ISSUER', required: true, description: 'the issuer', example: 'https://idp.example.com' },
      { name: 'P_CLIENT_SECRET', required: false, description: 'the secret', example: 'abc', secret: true },
    ]);
  });
});

describe('the settings of every provider', () => {
  const problemsOf = (environment: Record<string, string>) => {
    const { environment: settings, environmentPrefix } = testProvider();
    const reading = readEnvironment(
      settings,
      { TEST_ISSUER: 'https://idp.example.com', ...environment },
      environmentPrefix,
    );
    return reading.success ? [] : reading.problems.map(({ variable: name }) => name);
  };

  it.each([
    ['TEST_ISSUER', 'ftp://idp.example.com'],
    ['TEST_ISSUER', 'https://user:secret@idp.example.com'],
    ['TEST_ISSUER', 'https://idp.example.com?tenant=1'],
    ['TEST_DISCOVERY_URL', '/metadata'],
    ['TEST_AUDIENCE', ','],
    ['TEST_AUDIENCE', '*,https://mcp.example.com'],
    ['TEST_SCOPES', 'openid "quoted"'],
    ['TEST_REQUIRED_SCOPES', 'mcp:read\\'],
    ['TEST_CLIENT_AUTH', 'none'],
    ['TEST_VERDICT_LIFETIME', '61'],
    ['TEST_VERDICT_LIFETIME', '1.5'],
    ['TEST_MAX_OPAQUE_TOKEN_LENGTH', '0'],
    ['TEST_MAX_OPAQUE_TOKEN_LENGTH', '16385'],
    ['TEST_KEYS_MAX_AGE_SECONDS', '59'],
    ['TEST_KEYS_MAX_AGE_SECONDS', '1e9'],
    ['TEST_REVOCATION', 'Required'],
  ])('refuse %s=%s', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([name]);
  });

  it('keep an issuer byte for byte, split lists, and have defaults', () => {
    const { environment, environmentPrefix } = testProvider();
    const values = requireEnvironment(
      environment,
      { TEST_ISSUER: 'HTTPS://Idp.Example.com/', TEST_AUDIENCE: 'a, b', TEST_REQUIRED_SCOPES: 'x  y x' },
      environmentPrefix,
    );
    expect(values).toEqual({
      issuer: 'HTTPS://Idp.Example.com/',
      audience: ['a', 'b'],
      scopes: ['openid'],
      requiredScopes: ['x', 'y'],
      clientAuth: 'client_secret_basic',
      verdictLifetime: 10,
      maxOpaqueTokenLength: 4_096,
      keysMaxAgeSeconds: 86_400,
      revocation: 'best-effort',
    });
  });
});
