import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { registrationRules, startAuthorizationServer } from './authorization-server.ts';
import { answerJson, clientId, documentOf, redirectUri, startClientHost } from './client-host.ts';

const path = new URL(clientId).pathname;
const keysPath = '/jwks.json';
const jwksUri = `https://client.example.com${keysPath}`;

const { privateKey, publicKey } = await generateKeyPair('ES256');
const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }] };
const keys = { [keysPath]: answerJson(jwks) };

/** As ChatGPT publishes it, but for the names. */
const offersBoth = {
  token_endpoint_auth_method: 'private_key_jwt',
  token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
  token_endpoint_auth_signing_alg: 'ES256',
  jwks_uri: jwksUri,
};

type Server = Awaited<ReturnType<typeof startAuthorizationServer>>;

/** Asks an endpoint that needs a client to say who it is (RFC 7009 §2.1): 200 if the server believes it. */
async function authenticate(server: Server, key?: CryptoKey): Promise<number> {
  const assertion =
    key &&
    (await new SignJWT({ jti: crypto.randomUUID() })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(server.issuer)
      .setIssuedAt()
      .setExpirationTime('1 minute')
      .sign(key));
  const response = await server.ask('/token/revocation', {
    method: 'POST',
    body: new URLSearchParams({
      token: 'unknown',
      client_id: clientId,
      ...(assertion && {
        client_assertion: assertion,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      }),
    }),
  });
  await response.body?.cancel();
  return response.status;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the client of a document', () => {
  test.each([
    ['names no method', {}],
    ['names none', { token_endpoint_auth_method: 'none' }],
    ['offers none', { token_endpoint_auth_methods_supported: ['none'] }],
    ['offers both', offersBoth],
    ['offers both, without keys', { ...offersBoth, jwks_uri: undefined }],
    ['offers both, with keys that nobody may fetch', { ...offersBoth, jwks_uri: 'https://127.0.0.1/jwks' }],
    ['offers what is no list', { token_endpoint_auth_methods_supported: 'none' }],
    [
      'offers methods that this server has not',
      { token_endpoint_auth_methods_supported: ['none', 'tls_client_auth'] },
    ],
  ])('is public where it %s', async (_name, metadata) => {
    await using host = await startClientHost({ [path]: answerJson(documentOf(metadata)), ...keys });
    await using server = await startAuthorizationServer();
    expect(await server.authorize({ client_id: clientId, redirect_uri: redirectUri })).toHaveProperty(
      'status',
      303,
    );
    expect(await authenticate(server)).toBe(200);
    expect(host.asked).toEqual([path]);
  });

  test.each([
    ['at a URL', { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: jwksUri }],
    ['in the document', { token_endpoint_auth_method: 'private_key_jwt', jwks }],
    [
      'and an algorithm',
      {
        token_endpoint_auth_method: 'private_key_jwt',
        jwks_uri: jwksUri,
        token_endpoint_auth_signing_alg: 'ES256',
      },
    ],
    ['as its only choice', { token_endpoint_auth_methods_supported: ['private_key_jwt'], jwks_uri: jwksUri }],
  ])('authenticates with its keys %s, and only so', async (_name, metadata) => {
    await using _host = await startClientHost({ [path]: answerJson(documentOf(metadata)), ...keys });
    await using server = await startAuthorizationServer();
    const other = await generateKeyPair('ES256');
    expect(await authenticate(server, privateKey)).toBe(200);
    expect(await authenticate(server, other.privateKey)).toBe(401);
    expect(await authenticate(server)).toBe(401);
  });

  test.each([
    ['prefers keys', offersBoth],
    ['prefers none', { ...offersBoth, token_endpoint_auth_method: 'none' }],
    ['prefers nothing', { ...offersBoth, token_endpoint_auth_method: undefined }],
  ])('may use both where it offers both and %s', async (_name, metadata) => {
    await using _host = await startClientHost({ [path]: answerJson(documentOf(metadata)), ...keys });
    await using server = await startAuthorizationServer();
    const other = await generateKeyPair('ES256');
    expect(await authenticate(server, privateKey)).toBe(200);
    expect(await authenticate(server)).toBe(200);
    expect(await authenticate(server, other.privateKey)).toBe(401);
    expect(await authenticate(server, privateKey)).toBe(200);
  });

  test.each([
    ['has none', {}],
    ['has them at an address', { jwks_uri: 'https://127.0.0.1/jwks.json' }],
    ['has them at a name of this network', { jwks_uri: 'https://client.internal/jwks.json' }],
    ['has them on another port', { jwks_uri: 'https://client.example.com:8443/jwks.json' }],
    ['has them by plain http', { jwks_uri: 'http://client.example.com/jwks.json' }],
    ['has them at two places', { jwks, jwks_uri: jwksUri }],
    ['has a symmetric one', { jwks: { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] } }],
  ])('is refused where it has to use keys and %s', async (_name, metadata) => {
    await using host = await startClientHost({
      [path]: answerJson(documentOf({ token_endpoint_auth_method: 'private_key_jwt', ...metadata })),
      ...keys,
    });
    await using server = await startAuthorizationServer();
    expect(await server.authorize({ client_id: clientId, redirect_uri: redirectUri })).toHaveProperty(
      'status',
      400,
    );
    expect(host.asked).toEqual([path]);
  });

  test('has its keys fetched once in a while, without redirects and up to 5 KiB', async () => {
    const elsewhere = '/elsewhere';
    await using host = await startClientHost({
      [path]: answerJson(documentOf(offersBoth)),
      [keysPath]: (_request, response) => response.writeHead(302, { location: elsewhere }).end(),
      [elsewhere]: answerJson(jwks),
    });
    await using server = await startAuthorizationServer();
    expect(await authenticate(server, privateKey)).not.toBe(200);
    expect(await authenticate(server, privateKey)).not.toBe(200);
    expect(host.asked).toEqual([path, keysPath]);

    const later = performance.now() + 31_000;
    vi.spyOn(performance, 'now').mockImplementation(() => later);
    host.answers[keysPath] = answerJson({ ...jwks, padding: ' '.repeat(5 * 1_024) });
    expect(await authenticate(server, privateKey)).not.toBe(200);
    expect(host.asked.filter((asked) => asked === elsewhere)).toEqual([]);
  });

  test('is public at a server that keeps no keys, and promises nothing else', async () => {
    await using host = await startClientHost({ [path]: answerJson(documentOf(offersBoth)), ...keys });
    await using server = await startAuthorizationServer({
      registrationRules: { ...registrationRules, keepsClientKeys: false },
    });
    const metadata = await (await server.ask('/.well-known/openid-configuration')).json();
    expect(metadata).toHaveProperty('token_endpoint_auth_methods_supported', [
      'none',
      'client_secret_basic',
      'client_secret_post',
    ]);
    expect(await authenticate(server)).toBe(200);
    expect(host.asked).toEqual([path]);
  });
});

describe('a registration', () => {
  test('says what was kept of it', async () => {
    await using server = await startAuthorizationServer();
    const { status, body } = await server.register({
      client_name: 'x'.repeat(300),
      redirect_uris: [redirectUri, 'https://127.0.0.1.nip.io/../callback', 'javascript:alert(1)'],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      scope: 'mcp:tools',
      jwks_uri: jwksUri,
      software_id: 'software',
      token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      client_name: 'x'.repeat(200),
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      software_id: 'software',
      token_endpoint_auth_method: 'none',
    });
    for (const dropped of ['scope', 'jwks_uri', 'token_endpoint_auth_methods_supported']) {
      expect(body).not.toHaveProperty(dropped);
    }
  });

  test.each([
    [
      'no redirect URI that is acceptable',
      { redirect_uris: ['http://client.example.com/'] },
      'a public host',
    ],
    ['keys, which are for documents', { token_endpoint_auth_method: 'private_key_jwt', jwks }, 'document'],
  ])('is refused with %s', async (_name, metadata, description) => {
    await using server = await startAuthorizationServer();
    const { status, body } = await server.register(metadata);
    expect(status).toBe(400);
    expect(body).toHaveProperty('error_description', expect.stringContaining(description));
  });

  test('may ask for a secret', async () => {
    await using server = await startAuthorizationServer();
    const { body } = await server.register({ token_endpoint_auth_method: 'client_secret_basic' });
    expect(body).toHaveProperty('client_secret', expect.any(String));
  });
});
