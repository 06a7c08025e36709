import { createServer } from 'node:http';
import { freePort, serveOnLoopback, startStandIn } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { runMain } from './run-main.ts';

describe('a start that cannot work', () => {
  it.each([
    [{ PROVIDER: 'nobody' }, ['PROVIDER does not work: nobody', 'keycloak', 'PROVIDER=keycloak']],
    [
      { PROVIDER: 'keycloak' },
      ['KEYCLOAK_ISSUER is not set', 'KEYCLOAK_ISSUER=http://localhost:8080/realms/mcp-realm'],
    ],
    [{ PROVIDER: 'logto' }, ['LOGTO_ENDPOINT is not set']],
    [
      { PROVIDER: 'logto', LOGTO_ENDPOINT: 'https://x.logto.app/oidc' },
      ['LOGTO_ENDPOINT does not work', 'without a path'],
    ],
    [{ PROVIDER: 'generic-oidc' }, ['OIDC_ISSUER is not set']],
    [
      { PROVIDER: 'oauth2-custom' },
      ['OAUTH2_ISSUER is not set', 'OAUTH2_AUTHORIZATION_ENDPOINT', 'OAUTH2_TOKEN_ENDPOINT'],
    ],
    [
      { PROVIDER: 'oauth2-custom', OAUTH2_TOKEN_ENDPOINT: 'https://x.example/token' },
      ['OAUTH2_AUTHORIZATION_ENDPOINT is not set'],
    ],
    [
      {
        PROVIDER: 'oauth2-custom',
        OAUTH2_AUTHORIZATION_ENDPOINT: 'https://x.example/authorize',
        OAUTH2_TOKEN_ENDPOINT: 'https://x.example/token',
      },
      ['OAUTH2_USERINFO_URL is not set', 'OAUTH2_INTROSPECTION_URL'],
    ],
    [
      {
        PROVIDER: 'oauth2-custom',
        OAUTH2_ISSUER: 'nowhere',
        OAUTH2_USERINFO_HEADERS: '{"Secret":',
        OAUTH2_USERINFO_METHOD: 'PUT',
        OAUTH2_SUBJECT_PATH: 'a..b',
        OAUTH2_CLIENT_AUTH: 'jwt',
        PORT: '70000',
        PUBLIC_URL: 'http://localhost:3001/mcp',
        ALLOWED_HOSTS: 'https://example.com',
        ALLOWED_ORIGINS: 'example.com',
      },
      [
        'OAUTH2_ISSUER does not work: nowhere',
        'OAUTH2_USERINFO_HEADERS does not work: (a secret, not shown)',
        'OAUTH2_USERINFO_METHOD does not work: PUT',
        'OAUTH2_SUBJECT_PATH does not work: a..b',
        'OAUTH2_CLIENT_AUTH does not work: jwt',
        'PORT does not work: 70000',
        'PUBLIC_URL does not work: http://localhost:3001/mcp',
        'before this server’s own paths',
        'ALLOWED_HOSTS does not work: https://example.com',
        'ALLOWED_ORIGINS does not work: example.com',
      ],
    ],
    [{ NODE_ENV: 'production' }, ['NODE_ENV does not work: production', 'without a password', 'PROVIDER']],
    [{ HOST: '0.0.0.0' }, ['HOST does not work: 0.0.0.0', 'without a password']],
    [{ PROVIDER: 'none', HOST: '203.0.113.7' }, ['HOST does not work: 203.0.113.7']],
    [
      { PROVIDER: 'generic-oidc', OIDC_ISSUER: 'http://127.0.0.1:1' },
      [
        'OIDC_ISSUER does not work: http://127.0.0.1:1',
        'can be reached',
        '/.well-known/openid-configuration',
      ],
    ],
    [
      { PROVIDER: 'generic-oidc', OIDC_ISSUER: 'http://idp.example', NODE_ENV: 'production' },
      ['OIDC_ISSUER does not work', 'https', 'OIDC_ISSUER=https://idp.example'],
    ],
  ])('%o ends with code 1 and one message', async (environment, expected) => {
    await using server = runMain({ PORT: '0', ...environment });
    const { code, stdout, stderr } = await server.closed;
    expect(code).toBe(1);
    expect(stdout).toBe('');
    for (const words of expected) expect(stderr).toContain(words);
    expect(stderr).not.toMatch(/^ +at |file:\/\/|node:internal/m);
  });

  it('says that the port is in use', async () => {
    await using blocker = await serveOnLoopback(createServer());
    const port = String(blocker.port);
    await using server = runMain({ PROVIDER: 'none', PORT: port });
    const { code, stderr } = await server.closed;
    expect(code).toBe(1);
    expect(stderr).toContain(`PORT does not work: ${port}`);
    expect(stderr).toContain('Another program listens');
  });
});

describe('a start', () => {
  it('prints the provider, the URLs, how to connect, and who can sign in; and stops cleanly', async () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      await using server = runMain({ PORT: '0' });
      const banner = await server.ready();
      const [, url] = /ready at (\S+)/.exec(banner) ?? [];
      for (const words of [
        'embedded development identity provider',
        `${url}/mcp`,
        `${url}/sse`,
        `npx -y -p node@26 -p @modelcontextprotocol/inspector@2 mcp-inspector --transport http --server-url ${url}/mcp`,
        `claude mcp add --transport http whoami ${url}/mcp`,
        'code --add-mcp',
        'Ada Lovelace',
        'Grace Hopper',
      ]) {
        expect(banner).toContain(words);
      }
      // An open stream does not hold the process.
      const stream = await fetch(`${url}/mcp`);
      await stream.body?.cancel();
      server.child.kill(signal);
      expect(await server.closed).toMatchObject({ code: 0, stderr: '' });
    }
  });

  it('answers while it starts, and does not keep anybody waiting', async () => {
    await using idp = await startStandIn();
    idp.fail('metadata', 'hang');
    const port = await freePort();
    await using server = runMain({ PROVIDER: 'generic-oidc', PORT: String(port), OIDC_ISSUER: idp.issuer });
    await expect
      .poll(
        () =>
          fetch(`http://127.0.0.1:${port}/mcp`).then(
            ({ status }) => status,
            () => 0,
          ),
        { timeout: 10_000 },
      )
      .toBe(503);
    const { code, stderr } = await server.closed;
    expect(code).toBe(1);
    expect(stderr).toContain('/.well-known/openid-configuration did not answer within 5000 ms');
  });

  it('prints the issuer, the audience and how clients are known', async () => {
    await using idp = await startStandIn({
      transformMetadata: (document) => ({ ...document, client_id_metadata_document_supported: true }),
    });
    await using server = runMain({ PROVIDER: 'generic-oidc', PORT: '0', OIDC_ISSUER: idp.issuer });
    const banner = await server.ready();
    expect(banner).toMatch(new RegExp(`Issuer +${idp.issuer}\n`));
    expect(banner).toMatch(/Audience +the URL that is called\n/);
    expect(banner).toMatch(/Clients +register by themselves, or show a document of their own/);
  });

  it('says what to do where clients cannot register, with an Inspector whose entry takes a client id', async () => {
    await using idp = await startStandIn({ registration: 'off' });
    await using server = runMain({
      PROVIDER: 'generic-oidc',
      PORT: '0',
      OIDC_ISSUER: idp.issuer,
      OIDC_AUDIENCE: 'api://whoami none',
    });
    const banner = await server.ready();
    expect(banner).toMatch(/Clients +have to be registered at the IdP\n/);
    expect(banner).toContain('names no registration_endpoint');
    expect(banner).toContain('BRIDGE=true');
    expect(banner).toMatch(/Audience +api:\/\/whoami, or none at all\n/);
    expect(banner).toMatch(/mcp-inspector\n/);
  });

  it('promises no sign-in where there is none', async () => {
    await using server = runMain({ PROVIDER: 'none', PORT: '0' });
    expect(await server.ready()).not.toMatch(/sign-in|Issuer|Clients|Audience/);
  });

  it('prints what is unsafe', async () => {
    await using idp = await startStandIn();
    await using server = runMain({
      PROVIDER: 'generic-oidc',
      PORT: '0',
      OIDC_ISSUER: idp.issuer,
      OIDC_AUDIENCE: '*',
    });
    expect(await server.ready()).toContain('Warning: OIDC_AUDIENCE=* turns the audience check off');
  });

  it('ends an open stream when it stops', async () => {
    await using server = runMain({ PROVIDER: 'none', PORT: '0' });
    const [, url] = /ready at (\S+)/.exec(await server.ready()) ?? [];
    const stream = await fetch(`${url}/sse`);
    server.child.kill('SIGTERM');
    expect(await server.closed).toMatchObject({ code: 0 });
    await stream.text().catch(() => '');
  });

  it.each([
    ['generic-oidc', { PROVIDER: 'generic-oidc' }],
    ['dev', { PROVIDER: 'dev' }],
  ])('loads the code of %s only, and neither a bridge nor a store', async (name, environment) => {
    await using idp = await startStandIn();
    const issuer = name === 'dev' ? {} : { OIDC_ISSUER: idp.issuer };
    await using server = runMain({ PORT: '0', ...environment, ...issuer }, ['--import', tellLoaded]);
    await server.ready();
    server.child.kill('SIGTERM');
    expect((await server.closed).stderr).toBe(`loaded providers/${name}\n`);
  });

  it('loads neither a bridge nor a store to find out that PROVIDER was not forgotten', async () => {
    await using server = runMain({ PORT: '0' }, ['--import', tellLoaded]);
    await server.ready();
    server.child.kill('SIGTERM');
    expect((await server.closed).stderr).toMatch(/^(loaded providers\/[\w-]+\n)+$/);
  });
});

/** Says which providers are loaded, and what only a bridge needs. */
const tellLoaded = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({ resolve(specifier, context, next) {
    const { url } = next(specifier, context);
    const [loaded] =
      /providers\\/[^/]+(?=\\/src\\/index)|packages\\/(bridge\\/src\\/connect-bridge|store)|node:sqlite|ioredis/.exec(url) ?? [];
    if (loaded && !seen.has(loaded)) process.stderr.write('loaded ' + loaded + '\\n');
    seen.add(loaded);
    return next(specifier, context);
  } });
  const seen = new Set();`)}`;
