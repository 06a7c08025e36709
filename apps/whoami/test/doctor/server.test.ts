import { createServer } from 'node:http';
import { keycloakLike, serveOnLoopback, signIn, startStandIn } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { startBehindProxy } from '../start-behind-proxy.ts';
import { startWhoami } from '../start-whoami.ts';
import { diagnose } from './diagnose.ts';

/** A person at the identity provider's page, whose browser goes where that sends it. */
const browse = async (authorizationUrl: URL) => {
  const callback = await signIn(authorizationUrl, { username: 'ada' });
  await fetch(callback);
};

const portOf = (url: string) => new URL(url).port;

describe('a server that is up', () => {
  it('has no error from the public address to the token of a real sign-in', async () => {
    await using idp = await startStandIn();
    const variables = { PROVIDER: 'generic-oidc', OIDC_ISSUER: idp.issuer };
    await using whoami = await startWhoami(variables);
    let came = Promise.resolve();
    const { errors, find } = await diagnose(
      { ...variables, PORT: portOf(whoami.publicUrl) },
      { signIn: true },
      {
        show: (url) => {
          expect(url.searchParams.get('resource')).toBe(whoami.mcp);
          came = browse(url);
        },
      },
    );
    await came;
    expect(errors).toEqual([]);
    for (const id of ['address.challenge', 'address.resource-metadata', 'cors.resource', 'sign-in'])
      expect(find(id), id).toMatchObject({ severity: 'ok' });
    expect(find('token.accepted')?.title).toMatch(/subject "ada".*proved by jwt/);
  });

  it('by a client that is registered already, where the identity provider registers none', async () => {
    await using idp = await startStandIn({ registration: 'off' });
    const environment = { PROVIDER: 'generic-oidc', OIDC_ISSUER: idp.issuer };
    let came = Promise.resolve();
    const show = (url: URL) => {
      came = browse(url);
    };
    const options = { signIn: true, clientId: 'native-client' };
    const { errors, find } = await diagnose(environment, options, { show });
    await came;
    expect(errors).toEqual([]);
    expect(find('token.accepted')).toBeDefined();
  });

  it('with the embedded identity provider judges the token by the server itself', async () => {
    await using whoami = await startWhoami();
    let came = Promise.resolve();
    const show = (url: URL) => {
      came = signIn(url, { username: 'Ada Lovelace' }).then(async (callback) => void (await fetch(callback)));
    };
    const environment = { PORT: portOf(whoami.publicUrl) };
    const { errors, find } = await diagnose(environment, { signIn: true }, { show });
    await came;
    expect(errors).toEqual([]);
    expect(find('token.accepted')?.title).toBe('The running server accepts the access token.');
  });

  it('of another identity provider than these variables is told from it', async () => {
    await using idp = await startStandIn();
    await using other = await startStandIn();
    await using whoami = await startWhoami({ PROVIDER: 'generic-oidc', OIDC_ISSUER: other.issuer });
    const environment = { PROVIDER: 'generic-oidc', OIDC_ISSUER: idp.issuer, PORT: portOf(whoami.publicUrl) };
    expect((await diagnose(environment)).warnings).toContain('address.issuer');
  });
});

describe('a token', () => {
  it('for another audience is refused with the reason and what to do at this provider', async () => {
    await using idp = await startStandIn(keycloakLike);
    const token = await idp.issueAccessToken();
    const environment = { PROVIDER: 'keycloak', KEYCLOAK_ISSUER: idp.issuer, PORT: '1' };
    const { errors, find, findings } = await diagnose(
      environment,
      { token: true },
      { readToken: async () => token },
    );
    expect(errors).toEqual(['token.audience_mismatch']);
    const { title, mend = [] } = find('token.audience_mismatch') ?? {};
    expect(title).toContain('http://localhost:1/mcp');
    expect(mend[0]).toContain('Add an Audience mapper');
    expect(title).not.toContain('Add an Audience mapper');
    expect(JSON.stringify(findings)).not.toContain(token);
  });

  it('without a required scope is told so', async () => {
    await using idp = await startStandIn();
    const token = await idp.issueAccessToken({ resource: 'http://localhost:1/mcp' });
    const environment = {
      PROVIDER: 'generic-oidc',
      OIDC_ISSUER: idp.issuer,
      OIDC_REQUIRED_SCOPES: 'mcp:whoami',
      PORT: '1',
    };
    const { errors } = await diagnose(environment, { token: true }, { readToken: async () => token });
    expect(errors).toEqual(['token.insufficient_scope']);
  });
});

describe('a proxy', () => {
  it('that hands on everything under a path has no error', async () => {
    await using whoami = await startBehindProxy('takes the path off');
    const { errors, find } = await diagnose({
      PUBLIC_URL: whoami.publicUrl,
      PORT: String(whoami.port),
    });
    expect(errors).toEqual([]);
    expect(find('address.resource-metadata')).toMatchObject({ severity: 'ok' });
  });

  it('with another path than the public URL has no server there', async () => {
    await using whoami = await startBehindProxy('takes the path off');
    const { errors, find } = await diagnose({ PUBLIC_URL: whoami.publicUrl.replace('whoami', 'other') });
    expect(errors).toEqual(expect.arrayContaining(['address.challenge', 'address.resource-metadata']));
    expect(find('address.challenge')?.title).toContain('(404)');
  });

  it('whose Host the server does not take for its own', async () => {
    const headers = { host: 'whoami.internal:8080' };
    await using whoami = await startBehindProxy('hands the path on', {}, headers);
    const { find } = await diagnose({ PUBLIC_URL: whoami.publicUrl });
    expect(find('address.challenge')?.title).toContain('host_not_allowed');
    expect(find('address.challenge')?.mend?.join('\n')).toContain(
      `X-Forwarded-Host ${new URL(whoami.publicUrl).host}`,
    );
  });

  it('that redirects is not what clients can use', async () => {
    const listener = createServer((_, response) =>
      response.writeHead(308, { location: 'https://mcp.example.com/mcp' }).end(),
    );
    await using redirecting = await serveOnLoopback(listener);
    const { find } = await diagnose({ PORT: String(redirecting.port) });
    expect(find('address.challenge')?.title).toContain('redirects (308) to https://mcp.example.com/mcp');
  });

  it('without a server behind it is a server that is not up', async () => {
    const listener = createServer((_, response) => response.writeHead(502).end());
    await using proxy = await serveOnLoopback(listener);
    const { errors, skipped } = await diagnose({ PORT: String(proxy.port) });
    expect(errors).toEqual([]);
    expect(skipped).toContain('address.down');
  });
});

it('a public URL that is not the one the server was started with', async () => {
  await using whoami = await startWhoami();
  const { find } = await diagnose({ PUBLIC_URL: whoami.publicUrl.replace('localhost', '127.0.0.1') });
  expect(find('address.resource-metadata')).toMatchObject({ severity: 'error' });
});

it('PROVIDER=none has nothing to sign in to', async () => {
  const { errors, find } = await diagnose({ PROVIDER: 'none', PORT: '1' });
  expect(errors).toEqual([]);
  expect(find('metadata')?.why).toContain('PROVIDER=none');
});
