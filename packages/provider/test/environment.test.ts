import {
  describeEnvironment,
  httpUrl,
  readEnvironment,
  requireEnvironment,
  setting,
} from '@mcp-whoami/environment';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { testProvider } from './test-provider.ts';

const schema = z.object({
  issuer: setting(httpUrl, { description: 'the issuer', example: 'https://idp.example.com' }),
  clientSecret: setting(z.string().max(5, { error: 'at most 5 characters' }).optional(), {
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
    expect(reading).toMatchObject({ success: false, problems: [{ setting: 'P_ISSUER', found: undefined }] });
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
    const { options: settings, environmentPrefix } = testProvider();
    const reading = readEnvironment(
      settings,
      { TEST_ISSUER: 'https://idp.example.com', ...environment },
      environmentPrefix,
    );
    return reading.success ? [] : reading.problems.map(({ setting: name }) => name);
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
    ['TEST_TOKEN_CACHE_SECONDS', '61'],
    ['TEST_TOKEN_CACHE_SECONDS', '1.5'],
    ['TEST_ISSUER', 'https://idp.example.com/{tenantid}/v2.0'],
    ['TEST_ISSUER', 'https://idp.example.com/<tenant>/v2.0'],
    ['TEST_ISSUER', 'https://idp.example.com/%7Btenantid%7D/v2.0'],
    ['TEST_ISSUER', 'https://{tenant}.idp.example.com'],
    ['TEST_ISSUER', 'https://idp.example.com/a\tb'],
    ['TEST_DISCOVERY_URL', 'https://idp.example.com/{realm}/metadata'],
    ['TEST_MAX_OPAQUE_TOKEN_LENGTH', '0'],
    ['TEST_MAX_OPAQUE_TOKEN_LENGTH', '16385'],
    ['TEST_KEYS_MAX_AGE_SECONDS', '59'],
    ['TEST_KEYS_MAX_AGE_SECONDS', '1e9'],
    ['TEST_REVOCATION', 'Required'],
  ])('refuse %s=%s', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([name]);
  });

  it.each(['a,b', 'a b', 'a, b', ' ,a ,\n b, '])('take commas and spaces in every list: %j', (list) => {
    const { options, environmentPrefix } = testProvider();
    const fields = ['AUDIENCE', 'SCOPES', 'REQUIRED_SCOPES', 'LOGOUT_CLIENT_IDS'];
    const lists = Object.fromEntries(fields.map((field) => [`TEST_${field}`, list]));
    const values = requireEnvironment(
      options,
      { TEST_ISSUER: 'https://idp.example.com', ...lists },
      environmentPrefix,
    );
    const entries = ['a', 'b'];
    expect(values).toMatchObject({
      audience: entries,
      scopes: entries,
      requiredScopes: entries,
      logoutClientIds: entries,
    });
  });

  it('keep an issuer byte for byte, split lists, and have defaults', () => {
    const { options, environmentPrefix } = testProvider();
    const values = requireEnvironment(
      options,
      { TEST_ISSUER: 'HTTPS://Idp.Example.com/', TEST_AUDIENCE: 'a, b', TEST_REQUIRED_SCOPES: 'x  y x' },
      environmentPrefix,
    );
    expect(values).toEqual({
      issuer: 'HTTPS://Idp.Example.com/',
      audience: ['a', 'b'],
      scopes: ['openid'],
      requiredScopes: ['x', 'y'],
      clientAuth: 'client_secret_basic',
      tokenCacheSeconds: 10,
      maxOpaqueTokenLength: 4_096,
      keysMaxAgeSeconds: 86_400,
      revocation: 'best-effort',
    });
  });
});

describe('a variable that nothing reads', () => {
  const problemsOf = (environment: Record<string, string>) => {
    const reading = testProvider().readEnvironment({
      TEST_ISSUER: 'https://idp.example.com',
      ...environment,
    });
    return reading.success ? [] : reading.problems;
  };

  it.each([
    ['TEST_REQUIRED_SCOPE', 'TEST_REQUIRED_SCOPES=mcp:whoami'],
    ['TEST_AUDIENCES', 'TEST_AUDIENCE=http://localhost:3001/mcp'],
    ['TEST_CLIENTID', 'TEST_CLIENT_ID=whoami'],
    ['Test_Audience', 'TEST_AUDIENCE=http://localhost:3001/mcp'],
    ['TEST_SECRET_CLIENT', expect.stringContaining('TEST_')],
  ])('is refused with the nearest right name, and not shown: %s', (name, example) => {
    const [problem, ...others] = problemsOf({ [name]: 'PLANTED' });
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ setting: name, example });
    expect(JSON.stringify(problem)).not.toContain('PLANTED');
  });

  it('is refused beside what else is wrong, and by `connect` too', async () => {
    const environment = { TEST_ISSUER: 'x', TEST_REQUIRED_SCOPE: 'mcp:admin' };
    expect(problemsOf(environment).map(({ setting: name }) => name)).toEqual([
      'TEST_REQUIRED_SCOPE',
      'TEST_ISSUER',
    ]);
    const resources: [string] = ['https://mcp.example.com/mcp'];
    await expect(testProvider().connectFromEnvironment(environment, { resources })).rejects.toThrow(
      'TEST_REQUIRED_SCOPES',
    );
  });

  it.each([
    // Kubernetes tells every container of the services beside it; here one is called "test".
    ['TEST_SERVICE_HOST', '10.0.0.1'],
    ['TEST_SERVICE_PORT', '80'],
    ['TEST_SERVICE_PORT_HTTP', '80'],
    ['TEST_PORT', 'tcp://10.0.0.1:80'],
    ['TEST_PORT_80_TCP_ADDR', '10.0.0.1'],
    ['TEST_PORT_80_TCP', 'tcp://10.0.0.1:80'],
    ['TEST_AUDIENCES', ''],
    ['TESTING_AUDIENCE', 'x'],
    ['MY_TEST_AUDIENCE', 'x'],
  ])('is another program’s or not set: %s=%s', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([]);
  });
});

describe('NODE_ENV', () => {
  const resources: [string] = ['https://mcp.example.com/mcp'];
  const connect = (value: string) =>
    testProvider().connectFromEnvironment(
      { TEST_ISSUER: 'http://idp.invalid', NODE_ENV: value },
      { resources },
    );

  it.each(['Production', 'PRODUCTION', 'prod', 'production ', ' production', 'production\n', 'staging'])(
    'is refused in another spelling: %j',
    async (value) => {
      await expect(connect(value)).rejects.toThrow(/^NODE_ENV does not work[\s\S]*NODE_ENV=production$/);
    },
  );

  it('closes the gates of production', async () => {
    await expect(connect('production')).rejects.toThrow('TEST_ISSUER=https://idp.invalid');
    const taken = testProvider().connectFromEnvironment(
      { TEST_ISSUER: 'http://idp.invalid', NODE_ENV: 'production' },
      { resources, production: false },
    );
    await expect(taken).rejects.toThrow('TEST_ISSUER=https://idp.invalid');
    for (const value of ['development', 'test', '']) {
      await expect(connect(value)).rejects.toThrow('cannot be reached');
    }
  });
});
