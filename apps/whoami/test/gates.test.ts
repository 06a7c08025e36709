import { startStandIn } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { startWhoami } from './start-whoami.ts';

type Variables = Record<string, string>;

const production = { NODE_ENV: 'production' };
const none = { PROVIDER: 'none' };
const oidc = { PROVIDER: 'generic-oidc', OIDC_ISSUER: 'https://idp.invalid' };

const messageOf = async (environment: Variables) => {
  const error: unknown = await startWhoami(environment).then(
    (server) => server[Symbol.asyncDispose](),
    (reason: unknown) => reason,
  );
  return error instanceof Error ? error.message : 'it started';
};

const warningsOf = async (environment: Variables) => {
  await using server = await startWhoami(environment);
  return server.warnings;
};

/** What is unsafe, the variable to change, and what makes it safe. */
const unsafe: [string, Variables, string][] = [
  ['tokens over plain http', { ...oidc, PUBLIC_URL: 'http://mcp.example.com' }, 'PUBLIC_URL=https://'],
  ['everybody on every network', { ...none, HOST: '0.0.0.0' }, 'HOST=127.0.0.1'],
  ['everybody on IPv6', { ...none, HOST: '::' }, 'HOST=127.0.0.1'],
  ['everybody by a proxy', { ...none, PUBLIC_URL: 'https://mcp.example.com' }, 'PUBLIC_URL=http://localhost'],
  [
    'everybody, unencrypted',
    { ...none, PUBLIC_URL: 'http://mcp.example.com' },
    'PUBLIC_URL=http://localhost',
  ],
  [
    'keys fetched over plain http',
    { ...oidc, OIDC_DISCOVERY_URL: 'http://10.1.2.3/metadata' },
    'OIDC_DISCOVERY_URL=https://10.1.2.3/metadata',
  ],
  [
    'an IdP over plain http',
    { ...oidc, OIDC_ISSUER: 'http://idp.invalid' },
    'OIDC_ISSUER=https://idp.invalid',
  ],
];

describe('in production', () => {
  it.each(unsafe)('is refused: %s', async (_, environment, example) => {
    const [variable = ''] = example.split('=');
    const message = await messageOf({ ...environment, ...production });
    expect(message).toMatch(new RegExp(`^${variable} does not work`));
    expect(message).toContain(`\n  example:  ${example}`);
  });

  it.each([
    none,
    { ...none, HOST: '::1' },
    { ...none, HOST: 'localhost', PUBLIC_URL: 'http://127.0.0.1:3001' },
  ])('is served on this machine: %o', async (environment) => {
    expect(await warningsOf({ ...environment, ...production })).toEqual([]);
  });

  it('is no other spelling', async () => {
    for (const NODE_ENV of ['Production', 'prod', 'production ']) {
      for (const environment of [{}, none, oidc]) {
        expect(await messageOf({ ...environment, NODE_ENV })).toMatch(/^NODE_ENV does not work/);
      }
    }
  });

  it('names what is unsafe beside what is wrong', async () => {
    const message = await messageOf({ ...none, ...production, HOST: '0.0.0.0', PORT: 'x' });
    expect(message).toMatch(/^PORT does not work[\s\S]*^HOST does not work/m);
  });
});

describe('elsewhere', () => {
  it.each([
    [{ ...none, HOST: '0.0.0.0' }, 'HOST'],
    [{ ...none, PUBLIC_URL: 'http://mcp.example.com' }, 'PUBLIC_URL is plain http'],
    [{ ...none, PUBLIC_URL: 'http://mcp.example.com' }, 'PROVIDER=none lets everybody in'],
    [{ ...none, PUBLIC_URL: 'https://mcp.example.com' }, 'TRUSTED_PROXIES is 0'],
  ])('is a warning: %o', async (environment, words) => {
    expect(await warningsOf(environment)).toContainEqual(expect.stringContaining(words));
  });

  it('is none without anything unsafe', async () => {
    expect(await warningsOf(none)).toEqual([]);
    const proxied = await warningsOf({
      ...none,
      PUBLIC_URL: 'https://mcp.example.com',
      TRUSTED_PROXIES: '1',
    });
    expect(proxied.join()).not.toContain('TRUSTED_PROXIES');
  });

  it('is a warning of a discovery URL over plain http', async () => {
    await using idp = await startStandIn();
    // A name of this machine that is not known to be one.
    const origin = idp.origin.replace('localhost', '0.0.0.0');
    const warnings = await warningsOf({
      PROVIDER: 'generic-oidc',
      OIDC_ISSUER: idp.issuer,
      OIDC_DISCOVERY_URL: `${origin}/.well-known/openid-configuration`,
    });
    expect(warnings).toContainEqual(expect.stringContaining('OIDC_DISCOVERY_URL=http://0.0.0.0'));
  });
});

describe('the embedded identity provider', () => {
  it('is for this machine only', async () => {
    for (const environment of [
      { PUBLIC_URL: 'https://mcp.example.com' },
      { PROVIDER: 'dev', PUBLIC_URL: 'http://192.0.2.1:3001' },
    ]) {
      expect(await messageOf(environment)).toMatch(/^PUBLIC_URL does not work[\s\S]*without a password/);
    }
  });
});

describe('PROVIDER', () => {
  it.each([
    [{ OIDC_ISSUER: 'https://idp.invalid' }, 'generic-oidc'],
    [{ PROVIDER: ' ', OIDC_ISSUER: 'https://idp.invalid' }, 'generic-oidc'],
    [{ OIDC_ISSUR: 'https://idp.invalid' }, 'generic-oidc'],
    [{ KEYCLOAK_ISSUER: 'https://idp.invalid/realms/a', ...production }, 'keycloak'],
    [{ LOGTO_ENDPOINT: 'https://x.logto.app' }, 'logto'],
    [
      { OIDC_CLIENT_ID: 'a', OAUTH2_TOKEN_ENDPOINT: 'https://x', OAUTH2_USERINFO_URL: 'https://x' },
      'oauth2-custom',
    ],
  ])('is not forgotten without a word: %o', async (environment, provider) => {
    const message = await messageOf(environment);
    expect(message).toMatch(/^PROVIDER is not set/);
    expect(message).toContain(`example:  PROVIDER=${provider}`);
  });

  it.each([
    { PROVIDER: 'dev', OIDC_ISSUER: 'https://idp.invalid' },
    { PROVIDER: 'none', KEYCLOAK_ISSUER: 'https://idp.invalid/realms/a', OIDC_REQUIRED_SCOPE: 'a' },
    { OIDC_ISSUER: '' },
    // Variables of other programs.
    {
      KEYCLOAK_IMAGE: 'keycloak',
      KEYCLOAK_PORT: '8080',
      KEYCLOAK_ADMIN: 'admin',
      OAUTH2_PROXY_CLIENT_SECRET: 'x',
      GITHUB_TOKEN: 'x',
      HOSTNAME: 'x',
      HOME: '/',
      NODE_PATH: '/',
      NODE_VERSION: '24',
      PUBLIC_KEY: 'x',
      ALLOWED_REGIONS: 'x',
      TRUSTED_ROLES: 'x',
      NODE_IP: 'x',
      PROVIDER_SERVICE_HOST: '10.0.0.1',
    },
  ])('is set, or nothing of a provider is: %o', async (environment) => {
    expect(await messageOf(environment)).toBe('it started');
  });
});

describe('a variable of the server that is misspelled', () => {
  it.each([
    ['PUBLIC_URI', 'PUBLIC_URL'],
    ['ALLOWED_ORIGIN', 'ALLOWED_ORIGINS'],
    ['TRUSTED_PROXY', 'TRUSTED_PROXIES'],
    ['DISCOVERY_RETRIES', 'DISCOVERY_RETRY'],
    ['PROVIDERS', 'PROVIDER'],
    ['Public_Url', 'PUBLIC_URL'],
  ])('is refused: %s is %s', async (name, right) => {
    const message = await messageOf({ ...none, [name]: 'PLANTED' });
    expect(message).toMatch(new RegExp(`^${name} does not work[\\s\\S]*example: {2}${right}=`));
    expect(message).not.toContain('PLANTED');
  });
});
