import { expect, it } from 'vitest';
import { type FaultMode, startStandIn } from '../src/index.ts';
import { getJson } from './http.ts';

it('counts and logs what it is asked, the scheme of a credential but not the credential', async () => {
  await using idp = await startStandIn({ issuerPath: '/oidc' });
  await getJson(idp.jwksUrl);
  await getJson(`${idp.userinfoUrl}?a=1`, 'SECRET');
  expect(idp.requests.count('jwks')).toBe(1);
  expect(idp.requests.count(idp.userinfoUrl)).toBe(1);
  expect(idp.requests.count('/oidc/me')).toBe(1);
  expect(idp.requests.at(-1)).toMatchObject({
    method: 'GET',
    path: '/oidc/me',
    query: { a: '1' },
    authorization: 'Bearer',
  });
  expect(JSON.stringify(idp.requests)).not.toContain('SECRET');
});

it('fails until it recovers, or as often as it is told', async () => {
  await using idp = await startStandIn();
  idp.fail('jwks', 'status-503');
  expect((await getJson(idp.jwksUrl)).status).toBe(503);
  idp.recover();
  expect((await getJson(idp.jwksUrl)).status).toBe(200);
  idp.fail('metadata', { status: 418, body: { short: 'stout' } }, { times: 1 });
  expect(await getJson(idp.discoveryUrl)).toMatchObject({ status: 418, body: { short: 'stout' } });
  expect((await getJson(idp.discoveryUrl)).status).toBe(200);
});

it.each([
  ['status-401', 401],
  ['status-404', 404],
  ['status-429', 429],
  ['status-500', 500],
  ['status-502-html', 502],
  ['html-200', 200],
  ['empty-200', 200],
  ['json-array', 200],
  ['json-null', 200],
  ['json-number', 200],
  ['empty-204', 204],
  ['truncated-json', 200],
] as const)('answers %s', async (mode, status) => {
  await using idp = await startStandIn();
  idp.fail('userinfo', mode);
  const response = await fetch(idp.userinfoUrl);
  expect(response.status).toBe(status);
  if (mode.includes('html') || mode === 'truncated-json') await expect(response.json()).rejects.toThrow();
});

it('sees who follows a redirect', async () => {
  await using idp = await startStandIn();
  idp.fail('introspection', 'redirect');
  expect((await fetch(idp.introspectionUrl, { redirect: 'manual' })).status).toBe(302);
  expect(idp.requests.count('/elsewhere')).toBe(0);
  await fetch(idp.introspectionUrl);
  expect(idp.requests.count('/elsewhere')).toBe(1);
});

it('sees a token that is carried by a redirect to another host', async () => {
  await using idp = await startStandIn();
  idp.fail('introspection', 'redirect-to-other-host');
  await fetch(idp.introspectionUrl, { method: 'POST', body: 'token=SECRET' });
  expect(idp.requests.at(-1)).toMatchObject({ method: 'POST', path: '/elsewhere', body: 'token=SECRET' });
  expect(idp.requests.at(-1)?.headers.host).not.toBe(new URL(idp.origin).host);
});

it('redirects in circles', async () => {
  await using idp = await startStandIn();
  idp.fail('userinfo', 'redirect-loop');
  await expect(fetch(idp.userinfoUrl)).rejects.toThrow();
  expect(idp.requests.count('userinfo')).toBeGreaterThan(10);
});

it('sends little that is much once unpacked', async () => {
  await using idp = await startStandIn();
  idp.fail('userinfo', 'gzip-bomb');
  const { body, headers } = await fetch(idp.userinfoUrl);
  expect(Number(headers.get('content-length'))).toBeLessThan(1_000_000);
  let bytes = 0;
  for await (const chunk of body ?? []) bytes += chunk.length;
  expect(bytes).toBeGreaterThan(100_000_000);
});

it('does not listen, until it listens again on the same port', async () => {
  await using idp = await startStandIn();
  await idp.stopListening();
  await expect(fetch(idp.jwksUrl)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  await idp.listenAgain();
  expect((await fetch(idp.jwksUrl)).status).toBe(200);
});

const broken: FaultMode[] = ['refuse', 'reset-mid-body', 'no-gzip', 'no-http'];
it.each(broken)('breaks the connection: %s', async (mode) => {
  await using idp = await startStandIn();
  idp.fail('token', mode);
  await expect(
    fetch(idp.tokenEndpoint, { method: 'POST' }).then((response) => response.text()),
  ).rejects.toThrow();
});

const endless: FaultMode[] = ['hang', 'slow-drip'];
it.each(endless)('never comes to an end: %s', async (mode) => {
  await using idp = await startStandIn();
  idp.fail('jwks', mode);
  const signal = AbortSignal.timeout(200);
  await expect(fetch(idp.jwksUrl, { signal }).then((response) => response.text())).rejects.toThrow(/timeout/);
});

it('sends more than anybody should read', async () => {
  await using idp = await startStandIn();
  idp.fail('jwks', 'huge');
  const { body } = await fetch(idp.jwksUrl);
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > 5_000_000) break;
  }
  expect(bytes).toBeGreaterThan(5_000_000);
});
