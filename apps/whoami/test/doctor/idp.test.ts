import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StandIn, type StandInOptions, serveOnLoopback, startStandIn } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { diagnose } from './diagnose.ts';

/** Nothing listens on port 1: the server is not up. */
const variablesFor = ({ issuer }: Pick<StandIn, 'issuer'>, more: Record<string, string> = {}) => ({
  PROVIDER: 'generic-oidc',
  OIDC_ISSUER: issuer,
  PUBLIC_URL: 'http://localhost:1',
  ...more,
});

describe('an identity provider that does all that clients need', () => {
  it('has no error, and what was not looked at is said', async () => {
    await using idp = await startStandIn({ issuerPath: '/realms/mcp' });
    const { errors, skipped, find } = await diagnose(variablesFor(idp));
    expect(errors).toEqual([]);
    expect(skipped).toEqual(['registration.tried', 'address.down', 'token']);
    expect(find('metadata.found')?.title).toContain(`${idp.issuer}/.well-known/openid-configuration`);
    // No client is left there unasked.
    expect(idp.requests.filter(({ method }) => method === 'POST')).toEqual([]);
  });

  it('registers a client where that is asked for', async () => {
    await using idp = await startStandIn();
    const { find } = await diagnose(variablesFor(idp), { register: true });
    expect(find('registration.tried')).toMatchObject({ severity: 'ok' });
  });
});

const hour = 3_600_000;

const faults: [
  name: string,
  id: string,
  severity: string,
  options: StandInOptions,
  fail?: (idp: StandIn) => void,
][] = [
  [
    'no S256 beside a promise of `iss`',
    'metadata.s256',
    'error',
    { transformMetadata: ({ code_challenge_methods_supported: _, ...rest }) => rest },
  ],
  [
    'another response type',
    'metadata.code',
    'error',
    { transformMetadata: (document) => ({ ...document, response_types_supported: ['id_token'] }) },
  ],
  [
    'a token endpoint over plain http',
    'metadata.https',
    'error',
    { transformMetadata: (document) => ({ ...document, token_endpoint: 'http://idp.example.com/token' }) },
  ],
  ['no registration', 'registration.none', 'warning', { registration: 'off' }],
  ['no keys', 'keys.missing', 'error', {}, (idp) => idp.fail('jwks', 'status-404')],
  ['an empty key set', 'keys.missing', 'error', { transformJwks: () => ({ keys: [] }) }],
  [
    'keys of no use',
    'keys.unusable',
    'error',
    {
      transformJwks: () => ({
        keys: [
          { kty: 'oct', alg: 'HS256', k: 'c2VjcmV0' },
          { kty: 'RSA', n: 'AQAB', e: 'AQAB' },
        ],
      }),
    },
  ],
  [
    'keys that pages may not read',
    'cors.keys',
    'warning',
    {},
    (idp) => idp.fail('jwks', { status: 200, body: { keys: [] } }),
  ],
  [
    'a token endpoint that pages may not use',
    'cors.token-endpoint',
    'warning',
    {},
    (idp) => idp.fail('token', { status: 404 }),
  ],
];

describe('what is wrong at an identity provider', () => {
  it.each(faults)('%s: %s', async (_, id, severity, options, fail) => {
    await using idp = await startStandIn(options);
    fail?.(idp);
    const { find } = await diagnose(variablesFor(idp));
    expect(find(id)).toMatchObject({ severity });
    expect(find(id)?.mend?.join('')).toBeTruthy();
  });

  it.each([
    ['ahead', 2 * hour, 'error'],
    ['behind', -2 * hour, 'warning'],
  ])('a clock that is %s', async (word, by, severity) => {
    await using idp = await startStandIn();
    const headers = { date: new Date(Date.now() + by).toUTCString() };
    const body = await (await fetch(idp.discoveryUrl ?? '')).json();
    idp.fail('metadata', { status: 200, headers, body });
    const { find } = await diagnose(variablesFor(idp));
    expect(find('clock')).toMatchObject({
      severity,
      title: expect.stringMatching(`7(199|200|201) s ${word}`),
    });
  });

  it('another issuer in the metadata: once, in the words of the start', async () => {
    await using idp = await startStandIn({
      transformMetadata: (document) => ({ ...document, issuer: `${document.issuer}/` }),
    });
    const { errors, find } = await diagnose(variablesFor(idp));
    expect(errors).toEqual(['configuration.OIDC_ISSUER']);
    expect(find('configuration.OIDC_ISSUER')?.mend?.join('\n')).toContain(`OIDC_ISSUER=${idp.issuer}/`);
    // What can be looked at all the same is.
    expect(find('keys.usable')).toMatchObject({ severity: 'ok' });
  });

  it('a registration that is refused, without the text of the identity provider', async () => {
    await using idp = await startStandIn();
    const body = { error: 'access_denied', error_description: 'SECRET of the host' };
    idp.fail('registration', { status: 403, body });
    const { find, findings } = await diagnose(variablesFor(idp), { register: true });
    expect(find('registration.tried')).toMatchObject({
      severity: 'error',
      title: expect.stringContaining('answers 403 (access_denied)'),
    });
    expect(JSON.stringify(findings)).not.toContain('SECRET');
  });

  it('nothing that listens', async () => {
    await using idp = await startStandIn();
    await idp.stopListening();
    const { errors } = await diagnose(variablesFor(idp));
    expect(errors).toEqual(['configuration.OIDC_ISSUER']);
  });

  it('endpoints that never answer, within 30 s', async () => {
    await using idp = await startStandIn();
    for (const endpoint of ['jwks', 'token', 'registration'] as const) idp.fail(endpoint, 'hang');
    const began = performance.now();
    const { errors, skipped } = await diagnose(variablesFor(idp), { register: true });
    expect(performance.now() - began).toBeLessThan(30_000);
    expect(errors).toEqual(['registration.tried', 'keys.missing']);
    expect(skipped).toEqual(expect.arrayContaining(['cors.token-endpoint', 'cors.keys']));
  });

  it('metadata that never comes, within 30 s', async () => {
    await using idp = await startStandIn();
    idp.fail('metadata', 'hang');
    const began = performance.now();
    expect((await diagnose(variablesFor(idp))).errors).toEqual(['configuration.OIDC_ISSUER']);
    expect(performance.now() - began).toBeLessThan(30_000);
  });

  it('several wrong variables, and what can be looked at all the same', async () => {
    await using idp = await startStandIn();
    const { errors, find } = await diagnose(variablesFor(idp, { PORT: '70000', OIDC_REQUIRED_SCOPE: 'mcp' }));
    expect(errors).toEqual(
      expect.arrayContaining(['configuration.PORT', 'configuration.OIDC_REQUIRED_SCOPE']),
    );
    expect(find('metadata.found')).toMatchObject({ severity: 'ok' });
  });

  it('a forward proxy that Node takes no notice of', async () => {
    await using idp = await startStandIn();
    const { find } = await diagnose(
      variablesFor(idp, { HTTPS_PROXY: 'http://user:SECRET@proxy.example.com' }),
    );
    expect(find('configuration.forward-proxy')?.mend).toEqual(['NODE_USE_ENV_PROXY=1']);
  });
});

describe('a certificate', () => {
  it('that is self-signed is named so, with NODE_EXTRA_CA_CERTS', async () => {
    await using stack = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'whoami-doctor-'));
    stack.defer(() => rm(folder, { recursive: true }));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const made = spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert],
    ]);
    expect(made.status, String(made.stderr)).toBe(0);
    const options = { key: await readFile(key), cert: await readFile(cert) };
    const idp = stack.use(await serveOnLoopback(createServer(options, (_, response) => response.end('{}'))));
    const { find } = await diagnose(variablesFor({ issuer: `https://localhost:${idp.port}` }));
    expect(find('metadata.self-signed')?.mend?.join('\n')).toContain('NODE_EXTRA_CA_CERTS=');
  });
});
