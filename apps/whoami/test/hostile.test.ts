import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { refusalTexts } from '@mcp-whoami/provider';
import {
  attackerKeysPath,
  freePort,
  hostileRequests,
  hostileTokens,
  type StandIn,
  type StandInOptions,
  startStandIn,
} from '@mcp-whoami/testkit';
import { ownResource } from '@mcp-whoami/testkit/provider-suite';
import { describe, expect, it } from 'vitest';
import { clientOf } from './client-of.ts';
import { exchange } from './raw-socket.ts';
import { publicPath } from './start-behind-proxy.ts';
import { callWhoami, jsonRpcHeaders, startWhoami, whoamiCall } from './start-whoami.ts';

/** Far more than any answer takes, in milliseconds: a row that needs it has found a way to make the server work. */
const SLOW_MS = 5_000;
/** How much more memory a server may hold after all of it, in bytes. */
const MEMORY_LIMIT_BYTES = 64 * 1024 * 1024;
/** Node refuses headers that are longer together, in bytes. */
const NODE_HEADER_LIMIT = 16 * 1024;

interface Configuration {
  idp: StandInOptions;
  environment: (idp: StandIn) => Record<string, string>;
  resource?: string;
  /** JWTs are judged here, each check by itself. */
  judgesJwts: boolean;
}

const byHand = (idp: StandIn) => ({
  PROVIDER: 'oauth2-custom',
  OAUTH2_AUTHORIZATION_ENDPOINT: idp.authorizationEndpoint,
  OAUTH2_TOKEN_ENDPOINT: idp.tokenEndpoint,
});

const jwts: Configuration = {
  idp: {},
  environment: ({ issuer }) => ({
    PROVIDER: 'generic-oidc',
    OIDC_ISSUER: issuer,
    OIDC_AUDIENCE: ownResource,
  }),
  resource: ownResource,
  judgesJwts: true,
};

const introspectionAlone: Configuration = {
  idp: { metadata: 'none', accessTokens: 'opaque', introspection: true },
  environment: (idp) => ({
    ...byHand(idp),
    OAUTH2_INTROSPECTION_URL: idp.introspectionUrl,
    OAUTH2_AUDIENCE: ownResource,
    ...clientOf(idp, 'OAUTH2'),
  }),
  resource: ownResource,
  judgesJwts: false,
};

const configurations: Record<string, Configuration> = {
  'JWTs of RS256': jwts,
  'JWTs of ES256': {
    idp: { signingAlg: 'ES256', issuerPath: '/realms/mcp', jwtsHonoured: true },
    environment: ({ issuer }) => ({
      PROVIDER: 'keycloak',
      KEYCLOAK_ISSUER: issuer,
      KEYCLOAK_AUDIENCE: ownResource,
    }),
    resource: ownResource,
    judgesJwts: true,
  },
  'introspection beside published keys': {
    idp: { accessTokens: 'opaque', introspection: true },
    environment: (idp) => ({
      PROVIDER: 'generic-oidc',
      OIDC_ISSUER: idp.issuer,
      OIDC_AUDIENCE: ownResource,
      ...clientOf(idp),
    }),
    resource: ownResource,
    judgesJwts: true,
  },
  'introspection alone': introspectionAlone,
  'userinfo alone': {
    idp: { metadata: 'none', accessTokens: 'opaque', resource: 'ignored' },
    environment: (idp) => ({
      ...byHand(idp),
      OAUTH2_USERINFO_URL: idp.userinfoUrl,
      OAUTH2_AUDIENCE: '*',
    }),
    judgesJwts: false,
  },
};

const start = async ({ idp: options, environment, resource }: Configuration, path = '') => {
  await using stack = new AsyncDisposableStack();
  const idp = stack.use(await startStandIn(options));
  const port = String(await freePort());
  const server = { PORT: port, PUBLIC_URL: `http://localhost:${port}${path}` };
  const whoami = stack.use(await startWhoami({ ...server, ...environment(idp) }));
  const token = await idp.issueAccessToken(resource === undefined ? {} : { resource });
  const owned = stack.move();
  return { idp, whoami, token, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};

type Started = Awaited<ReturnType<typeof start>>;

/** Bytes that live objects take. */
const heapInUse = () => {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
};

/** The server goes on as before: it lets a good token in, holds no more memory, and no object is another. */
const expectHealthy = async ({ whoami, token }: Started, heapBefore: number) => {
  expect((await fetch(`${whoami.publicUrl}/health`)).status).toBe(200);
  expect((await callWhoami(whoami.mcp, token)).status).toBe(200);
  expect(heapInUse() - heapBefore).toBeLessThan(MEMORY_LIMIT_BYTES);
  expect(Object.keys(Object.prototype)).toEqual([]);
};

describe.each(Object.entries(configurations))('with %s', (_, configuration) => {
  it('no hostile token is served, and the log says why', async () => {
    await using started = await start(configuration);
    const { idp, whoami } = started;
    const rows = await hostileTokens(idp, { resource: ownResource });
    const before = heapInUse();
    for (const { name, token, expectedCode } of rows) {
      whoami.log.length = 0;
      const sent = performance.now();
      const answer = await callWhoami(whoami.mcp, token);
      const body = await answer.text();
      expect(performance.now() - sent, name).toBeLessThan(SLOW_MS);
      if (answer.status === 431) {
        expect(token.length, name).toBeGreaterThan(NODE_HEADER_LIMIT - 1_000);
        continue;
      }
      expect(answer.status, name).toBe(401);
      expect(answer.headers.get('www-authenticate'), name).toContain('error="invalid_token"');
      expect(body, name).not.toContain(token);
      expect(JSON.stringify(whoami.log), name).not.toContain(token);
      expect(
        whoami.log.map(({ fields }) => fields.requestId),
        name,
      ).toEqual([answer.headers.get('x-request-id')]);
      const reason = whoami.log[0]?.fields.reason;
      if (configuration.judgesJwts && expectedCode !== undefined) expect(reason, name).toBe(expectedCode);
      expect([...Object.keys(refusalTexts), 'credentials_malformed'], name).toContain(reason);
    }
    expect(idp.requests.count(attackerKeysPath)).toBe(0);
    await expectHealthy(started, before);
  });
});

describe.each([
  ['JWTs', jwts, ''],
  ['JWTs, under a path of the host', jwts, publicPath],
  ['introspection', introspectionAlone, ''],
] as const)('with %s', (_, configuration, publicPath) => {
  it('no hostile request is served, and the log says why', async () => {
    await using started = await start(configuration, publicPath);
    const { whoami, token } = started;
    const { host } = new URL(whoami.publicUrl);
    const rows = hostileRequests({ host, token, call: whoamiCall, publicPath });
    expect(rows.length).toBeGreaterThan(200);
    expect(new Set(rows.map((row) => row.name)).size).toBe(rows.length);
    // The warning of an untrusted proxy comes once.
    await fetch(whoami.mcp, { headers: { 'x-forwarded-for': '203.0.113.1' } });
    // With the token known, no request waits for the IdP, to be logged in another's row.
    expect((await callWhoami(whoami.mcp, token)).status).toBe(200);
    const before = heapInUse();
    for (const { name: row, raw, status, expectedReason } of rows) {
      whoami.log.length = 0;
      const sent = performance.now();
      const answer = await exchange(whoami.publicUrl, raw, { silence: SLOW_MS });
      expect(performance.now() - sent, row).toBeLessThan(SLOW_MS);
      const [, answered] = /^HTTP\/1\.1 (\d{3}) /.exec(answer) ?? [];
      expect(status, `${row}: ${answer.slice(0, 200)}`).toContain(Number(answered));
      // One answer: what stands behind a message is not a second request.
      expect(answer.split('HTTP/1.1 '), row).toHaveLength(2);
      expect(answer, row).not.toContain('"result"');
      expect(answer, row).not.toContain(token);
      expect(answer, row).not.toMatch(/ {4}at |node_modules|\.ts:/);
      expect(JSON.stringify(whoami.log), row).not.toContain(token);
      if (expectedReason !== undefined) {
        expect(
          whoami.log.map(({ fields }) => fields.reason),
          row,
        ).toEqual([expectedReason]);
      }
    }
    await expectHealthy(started, before);
  });
});

it('a call full of prototypes is served as any other, and changes none', async () => {
  await using started = await start(jwts);
  const { whoami, token } = started;
  const served = await (await callWhoami(whoami.mcp, token)).text();
  const polluting = '{"isAdmin":true,"sub":"mallory","auth":{"subject":"mallory"}}';
  for (const text of [
    whoamiCall.replace('{', `{"__proto__":${polluting},"constructor":{"prototype":${polluting}},`),
    whoamiCall.replace('"arguments":{', `"arguments":{"__proto__":${polluting}`),
    whoamiCall.replace(
      '"params":{',
      `"params":{"__proto__":${polluting},"_meta":{"__proto__":${polluting}},`,
    ),
  ]) {
    const answer = await fetch(whoami.mcp, {
      method: 'POST',
      headers: { ...jsonRpcHeaders, authorization: `Bearer ${token}` },
      body: text,
    });
    const body = await answer.text();
    if (answer.status === 200 && body.includes('structuredContent')) expect(body).toBe(served);
    expect(body).not.toContain('mallory');
    expect('isAdmin' in {}).toBe(false);
  }
});
