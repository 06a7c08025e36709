import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createDocumentFetch, mayFetchClientMetadata } from '../src/client-metadata-document.ts';
import { startAuthorizationServer } from './authorization-server.ts';
import { answerJson, clientId, documentOf, redirectUri, startClientHost } from './client-host.ts';

const path = new URL(clientId).pathname;
const request = { client_id: clientId, redirect_uri: redirectUri };

/** From the request to the page of its refusal, in ms: what a document may take, and some for the machine. */
const LIMIT_MS = 2_500 + 700;

afterEach(() => {
  vi.restoreAllMocks();
});

/** Lets a cache think that it is later than it is. */
function wind(milliseconds: number) {
  const later = performance.now() + milliseconds;
  vi.spyOn(performance, 'now').mockImplementation(() => later);
}

describe('a document may be fetched from', () => {
  test.each(['https://client.example.com/client.json', 'https://example.com./a?b=c'])('%s', (id) => {
    expect(mayFetchClientMetadata(id)).toBe(true);
  });
});

describe('a document may not be fetched from', () => {
  test.each([
    'http://client.example.com/client.json',
    'HTTPS://client.example.com/client.json',
    'https://client.example.com:8443/client.json',
    'https://user@client.example.com/client.json',
    'https://:password@client.example.com/client.json',
    'https://localhost/client.json',
    'https://client.localhost/client.json',
    'https://localhost./client.json',
    'https://printer.local/client.json',
    'https://metadata.google.internal/client.json',
    'https://router.lan/client.json',
    'https://nas.home.arpa/client.json',
    'https://intranet/client.json',
    'https://127.0.0.1/client.json',
    'https://127.1/client.json',
    'https://2130706433/client.json',
    'https://0x7f.0.0.1/client.json',
    'https://0177.0.0.1/client.json',
    'https://169.254.169.254/client.json',
    'https://192.0.2.1/client.json',
    'https://①②⑦.0.0.1/client.json',
    'https://[::1]/client.json',
    'https://[::ffff:127.0.0.1]/client.json',
    'https://[fd00::1]/client.json',
    'data:application/json,{}',
    'file:///etc/passwd',
    '',
  ])('%j', async (id) => {
    expect(mayFetchClientMetadata(id)).toBe(false);
    await using host = await startClientHost({});
    await using server = await startAuthorizationServer();
    const response = await server.authorize({ ...request, client_id: id });
    expect(response.status).toBe(400);
    expect(host.asked).toEqual([]);
  });
});

const redirect: RequestListener = (_request, response) => {
  response.writeHead(302, { location: 'https://client.example.com/elsewhere' }).end();
};

/** A document that never ends, by 100 bytes at a time. */
const endless: RequestListener = async (_request, response) => {
  response.setHeader('content-type', 'application/json');
  const closed = once(response, 'close').then(() => true);
  while (!(await Promise.race([closed, wait(20, false)]))) response.write(' '.repeat(100));
};

const silent: RequestListener = () => {};

const brief: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-length': '100' }).write('{');
  response.destroy();
};

describe('a document', () => {
  test('lets its client begin a sign-in, and is fetched once', async () => {
    await using host = await startClientHost({ [path]: answerJson(documentOf()) });
    await using server = await startAuthorizationServer();
    for (let asked = 0; asked < 3; asked += 1) {
      const response = await server.authorize(request);
      expect(response.status).toBe(303);
    }
    expect(host.asked).toEqual([path]);
  });

  test.each<[string, RequestListener]>([
    ['is not there', (_request, response) => response.writeHead(404).end()],
    ['fails', (_request, response) => response.writeHead(500).end()],
    ['is elsewhere', redirect],
    ['is no JSON', (_request, response) => response.end('<html>')],
    ['is of another client', answerJson(documentOf({ client_id: 'https://client.example.com/other' }))],
    ['is larger than 5 KiB', answerJson(documentOf({ padding: ' '.repeat(5 * 1_024) }))],
    ['never ends', endless],
    ['ends before its end', brief],
    ['never comes', silent],
    [
      'has a redirect to plain http',
      answerJson(documentOf({ redirect_uris: ['http://client.example.com/'] })),
    ],
    ['has a secret', answerJson(documentOf({ client_secret: 'secret' }))],
  ])('that %s refuses its client in 2.5 s, and is asked for once in 30 s', async (_name, answer) => {
    await using host = await startClientHost({ [path]: answer });
    await using server = await startAuthorizationServer();
    const started = Date.now();
    const response = await server.authorize(request);
    expect(Date.now() - started).toBeLessThan(LIMIT_MS);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('<h1>Sign-in stopped</h1>');
    await server.authorize(request);
    wind(25_000);
    await server.authorize(request);
    expect(host.asked).toEqual([path]);
    host.answers[path] = answerJson(documentOf());
    wind(6_000);
    expect(await server.authorize(request)).toHaveProperty('status', 303);
    expect(host.asked).toEqual([path, path]);
  });

  test('is fetched once by requests that come together', async () => {
    await using host = await startClientHost({ [path]: answerJson(documentOf()) });
    await using server = await startAuthorizationServer();
    const responses = await Promise.all(Array.from({ length: 10 }, () => server.authorize(request)));
    expect(responses.map(({ status }) => status)).toEqual(Array(10).fill(303));
    expect(host.asked).toEqual([path]);
  });

  test('is not asked for where its public name leads to this machine', async () => {
    await using host = await startClientHost({ [path]: answerJson(documentOf()) }, { keepsGuard: true });
    await using server = await startAuthorizationServer();
    const response = await server.authorize(request);
    expect(response.status).toBe(400);
    expect(host.asked).toEqual([]);
  });

  test('is not asked for by anybody who would not check where its name leads', async () => {
    await using host = await startClientHost({ [path]: answerJson(documentOf()) });
    await expect(createDocumentFetch()(clientId)).rejects.toThrow('address');
    expect(host.asked).toEqual([]);
  });

  test('is not fetched by a server that takes none, which promises none', async () => {
    await using host = await startClientHost({ [path]: answerJson(documentOf()) });
    await using server = await startAuthorizationServer({ clientDocuments: undefined });
    expect(await server.authorize(request)).toHaveProperty('status', 400);
    expect(host.asked).toEqual([]);
    const metadata = await (await server.ask('/.well-known/openid-configuration')).json();
    expect(metadata).not.toHaveProperty('client_id_metadata_document_supported');
  });
});

describe('the fetch itself, whoever uses it,', () => {
  /** Node's own, in the place of the one that oidc-provider gives. */
  const dispatcher = Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.1'));

  test.each(['https://127.0.0.1/jwks.json', 'https://client.internal/', 'http://client.example.com/'])(
    'does not ask %s',
    async (url) => {
      const asked = vi.spyOn(globalThis, 'fetch');
      await expect(createDocumentFetch()(url, { dispatcher })).rejects.toThrow('not a public https URL');
      expect(asked).not.toHaveBeenCalled();
    },
  );

  test('ends after 2.5 s', async () => {
    await using _host = await startClientHost({ [path]: silent });
    const started = Date.now();
    await expect(createDocumentFetch()(clientId, { dispatcher })).rejects.toHaveProperty(
      'name',
      'TimeoutError',
    );
    expect(Date.now() - started).toBeLessThan(LIMIT_MS);
  });

  test('reads little more than 5 KiB', async () => {
    await using _host = await startClientHost({ [path]: endless });
    const response = await createDocumentFetch()(clientId, { dispatcher });
    expect((await response.arrayBuffer()).byteLength).toBeLessThan(8 * 1_024);
  });
});
