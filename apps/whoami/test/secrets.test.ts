import { startStandIn } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { callWhoami, startWhoami } from './start-whoami.ts';

const secret = 'S3CRET';

const messageOf = async (environment: Record<string, string>) => {
  const error: unknown = await startWhoami(environment).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(Error);
  return error instanceof Error ? error.message : '';
};

describe('a secret of the configuration', () => {
  it('is in no message about what is malformed', async () => {
    const environment = {
      PROVIDER: 'oauth2-custom',
      OAUTH2_ISSUER: `https://user:a/${secret}@idp.invalid`,
      OAUTH2_AUTHORIZATION_ENDPOINT: `https//user:${secret}@idp.invalid`,
      OAUTH2_TOKEN_ENDPOINT: `https://user:${secret}/idp.invalid`,
      OAUTH2_USERINFO_URL: `ftp://idp.invalid/me?key=${secret}`,
      OAUTH2_USERINFO_METHOD: 'PUT',
      OAUTH2_USERINFO_HEADERS: `{"Authorization":"Basic ${secret}"`,
      OAUTH2_USERINFO_BODY: `{"key":"${secret}"`,
      OAUTH2_INTROSPECTION_URL: `https://idp.invalid/{x}?key=${secret}`,
      OAUTH2_DISCOVERY_URL: `/metadata?key=${secret}`,
      OAUTH2_CLIENT_SECRET: secret,
      OAUTH2_CLIENT_SECRT: secret,
      PUBLIC_URL: `https://user:${secret}@mcp.invalid`,
      ALLOWED_ORIGINS: `https://one.invalid, https://user:${secret}@two.invalid`,
      HOST: `https://user:${secret}@host.invalid`,
      TRUSTED_PROXY: secret,
    };
    const message = await messageOf(environment);
    for (const name of Object.keys(environment)) {
      // What is right in itself is not in the message, nor is HOST before it is used.
      if (!['PROVIDER', 'OAUTH2_CLIENT_SECRET', 'HOST'].includes(name)) expect(message).toContain(name);
    }
    expect(message).not.toContain(secret);
    const host = await messageOf({ PROVIDER: 'none', HOST: environment.HOST });
    expect(host).toMatch(/^HOST does not work/);
    expect(host).not.toContain(secret);
  });

  const urlWithKey = (origin: string) => `${origin}/me?key=${secret}`;

  it('is in no message about a URL that may not be plain http', async () => {
    const urls = {
      OIDC_ISSUER: 'http://idp.invalid',
      OIDC_DISCOVERY_URL: urlWithKey('http://10.1.2.3'),
    };
    const message = await messageOf({ PROVIDER: 'generic-oidc', ...urls, NODE_ENV: 'production' });
    for (const name of Object.keys(urls)) expect(message).toContain(name);
    expect(message).not.toContain(secret);
  });

  it('is in no message about metadata that is not there or another’s', async () => {
    await using idp = await startStandIn();
    const discovery = { PROVIDER: 'generic-oidc', OIDC_DISCOVERY_URL: `${idp.discoveryUrl}?key=${secret}` };
    const messages = [
      await messageOf({ ...discovery, OIDC_ISSUER: 'http://localhost:1' }),
      await messageOf({
        ...discovery,
        OIDC_ISSUER: idp.issuer,
        OIDC_DISCOVERY_URL: urlWithKey('http://localhost:1'),
      }),
      await messageOf({ ...discovery, OIDC_ISSUER: idp.issuer, OIDC_DISCOVERY_URL: urlWithKey(idp.origin) }),
    ];
    for (const message of messages) {
      expect(message).toMatch(/^OIDC_(ISSUER|DISCOVERY_URL) does not work/);
      expect(message).not.toContain(secret);
    }
  });

  it.each([
    'status-401',
    'status-403',
    'status-503',
    'refuse',
    'html-200',
    'redirect',
    'json-array',
  ] as const)('is in no line of the log when the IdP’s answer is %s', async (fault) => {
    await using idp = await startStandIn({ userinfoAnswer: () => ({ status: 401, body: {} }) });
    if (fault !== 'status-403') idp.fail('userinfo', fault);
    else idp.fail('userinfo', { status: 403, body: {} });
    await using whoami = await startWhoami({
      PROVIDER: 'oauth2-custom',
      OAUTH2_AUTHORIZATION_ENDPOINT: idp.authorizationEndpoint,
      OAUTH2_TOKEN_ENDPOINT: idp.tokenEndpoint,
      OAUTH2_USERINFO_URL: `${idp.userinfoUrl}?key=${secret}`,
      OAUTH2_USERINFO_METHOD: 'POST',
      OAUTH2_USERINFO_HEADERS: JSON.stringify({ 'x-api-key': secret }),
      OAUTH2_USERINFO_BODY: JSON.stringify({ key: secret }),
      OAUTH2_AUDIENCE: '*',
    });
    const answer = await callWhoami(whoami.mcp, 'opaque-token');
    expect([401, 503]).toContain(answer.status);
    expect(whoami.log.length).toBeGreaterThan(0);
    expect(JSON.stringify([whoami.log, whoami.warnings, await answer.text()])).not.toContain(secret);
  });
});
