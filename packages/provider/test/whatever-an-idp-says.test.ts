import { type StandIn, startStandIn } from '@mcp-whoami/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenRefusedError, VerificationUndecidedError } from '../src/index.ts';
import { jsonPathPattern, valueAt } from '../src/json.ts';
import { requireAudience } from '../src/token/audience.ts';
import { checkClaims } from '../src/token/token-claims.ts';
import { findUser } from '../src/token/user.ts';
import { clientOf, connect, resource } from './test-provider.ts';

/** Names that mean something to this server, to an IdP or to JavaScript. */
const tellingNames = [
  ...[
    'sub',
    'iss',
    'aud',
    'exp',
    'nbf',
    'cnf',
    'scope',
    'scp',
    'client_id',
    'nonce',
    'typ',
    'at_hash',
    'events',
  ],
  ...['active', 'error', 'errors', 'ok', 'status', 'success', 'id', 'data', 'user', '0', 'token_type'],
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'valueOf',
    'toJSON',
    'hasOwnProperty',
    'then',
    'length',
    '',
  ],
];
const name = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...tellingNames) },
  fc.string({ unit: 'binary' }),
);

const now = Math.floor(Date.now() / 1000);
const tellingValue = fc.constantFrom<unknown>(
  ...['ada', '', ' ', resource, '*', 'Bearer', 'Refresh', 'openid email', '\ud83d', '\ufffd', '\u0000'],
  ...[0, -1, 1.5, now + 600, now - 600, 2 ** 53, 1e300, true, false, null],
);
const { json } = fc.letrec<{ json: unknown; object: object }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 3, arbitrary: tellingValue },
    fc.jsonValue({ maxDepth: 1 }),
    fc.array(tie('json'), { maxLength: 3 }),
    { weight: 3, arbitrary: tie('object') },
  ),
  // Not by assignment, which would make a prototype of `__proto__`.
  object: fc
    .array(fc.tuple(name, tie('json')), { maxLength: 8 })
    .map((members) => Object.fromEntries(members)),
}));
/** As it comes out of a parser: `__proto__` is a member like any other. */
const parsedJson = json.map((value): unknown => JSON.parse(JSON.stringify(value)));
const path = fc
  .array(name, { minLength: 1, maxLength: 4 })
  .map((names) => names.join('.'))
  .filter((text) => jsonPathPattern.test(text));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const inherited = Object.getOwnPropertyDescriptors(Object.prototype);

/** Nothing that was said has become what every object is. */
const expectUnpolluted = () => {
  expect(Object.getOwnPropertyDescriptors(Object.prototype)).toEqual(inherited);
};

describe('a path', () => {
  it('leads to own members only, and nowhere without failing', () => {
    fc.assert(
      fc.property(parsedJson, path, (document, text) => {
        const found = valueAt(document, text);
        expect(found === undefined || JSON.stringify(found) !== undefined).toBe(true);
        if (found === undefined) return;
        const [first = '', ...rest] = text.split('.');
        expect(Object.hasOwn(Object(document), first)).toBe(true);
        const member: unknown = Reflect.get(Object(document), first);
        expect(rest.length === 0 ? member : valueAt(member, rest.join('.'))).toBe(found);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a user', () => {
  it('has an id that is not blank and claims that inherit nothing, or there is none', () => {
    fc.assert(
      fc.property(
        parsedJson,
        path,
        fc.option(path, { nil: undefined }),
        (answer, subjectPath, claimsPath) => {
          const user = findUser(answer, { subjectPath, claimsPath });
          expectUnpolluted();
          if (user === undefined) return;
          expect(user.subject.trim()).not.toBe('');
          expect(user.subject.isWellFormed()).toBe(true);
          expect(String(valueAt(answer, subjectPath))).toBe(user.subject);
          expect([Object.prototype, null]).toContain(Object.getPrototypeOf(user.claims));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('claims', () => {
  it('pass or are refused', () => {
    fc.assert(
      fc.property(parsedJson.filter(isObject), fc.constantFrom('*', resource), (claims, audience) => {
        const issuer = 'https://idp.example';
        let checked: ReturnType<typeof checkClaims>;
        try {
          checked = checkClaims(claims, { issuer });
          requireAudience(checked.audience, { audience: [audience] });
        } catch (error) {
          expect(error).toBeInstanceOf(TokenRefusedError);
          return;
        }
        if (audience === resource) expect(checked.audience).toContain(resource);
        if (checked.expiresAt !== undefined) expect(checked.expiresAt).toBeGreaterThanOrEqual(now);
        for (const text of [...checked.scopes, ...checked.audience]) expect(text).toBeTypeOf('string');
        expect(claims.iss ?? issuer).toBe(issuer);
        expectUnpolluted();
      }),
      { numRuns: 2_000 },
    );
  });
});

/** How often each endpoint is asked: every one is a request. */
const numRuns = 200;

describe('whatever the IdP answers, the verdict is one of three', () => {
  const statuses = fc.oneof(
    { weight: 4, arbitrary: fc.constant(200) },
    fc.constantFrom(201, 400, 401, 403, 404, 408, 429, 500, 503),
  );
  /** JSON, nearly JSON, or bytes. */
  const body = fc.oneof(
    { weight: 6, arbitrary: json.map((value) => JSON.stringify(value)) },
    fc.tuple(json, fc.nat(40)).map(([value, cut]) => JSON.stringify(value).slice(0, -cut)),
    fc.uint8Array({ maxLength: 40 }),
  );

  type Connection = Awaited<ReturnType<typeof connect>>;

  const verdictOn = async (connection: Connection, token: string) => {
    const verdict = await connection.verifyAccessToken(token).catch((error: unknown) => error);
    expectUnpolluted();
    if (verdict instanceof TokenRefusedError || verdict instanceof VerificationUndecidedError) return verdict;
    if (verdict instanceof Error || !isObject(verdict)) throw verdict;
    const { subject, claims } = verdict;
    expect(subject).toBeTypeOf('string');
    expect(String(subject).trim()).not.toBe('');
    if (!isObject(claims)) throw new Error('no claims');
    // JavaScript puts names that are array indices first, whatever the order.
    expect(Object.keys(claims).filter((key) => !/^(0|[1-9]\d*)$/.test(key))[0]).toBe('sub');
    expect(claims.sub).toBe(subject);
    expect(Object.getPrototypeOf(claims)).toBe(Object.prototype);
    return verdict;
  };

  const start = async (
    options: Parameters<typeof startStandIn>[0],
    environment: (idp: StandIn) => Record<string, string>,
  ) => {
    await using stack = new AsyncDisposableStack();
    const idp = stack.use(await startStandIn({ signingAlg: 'ES256', ...options }));
    const connection = stack.use(await connect(idp, environment(idp)));
    const owned = stack.move();
    return { idp, connection, [Symbol.asyncDispose]: () => owned.disposeAsync() };
  };

  it('at userinfo', async () => {
    await using started = await start({ accessTokens: 'opaque' }, () => ({ TEST_AUDIENCE: '*' }));
    const { idp, connection } = started;
    await fc.assert(
      fc.asyncProperty(statuses, body, async (status, answer) => {
        idp.fail('userinfo', { status, body: answer });
        const verdict = await verdictOn(connection, 'opaque');
        if (status >= 400) expect(verdict).toBeInstanceOf(Error);
        if (status >= 500) expect(verdict).toBeInstanceOf(VerificationUndecidedError);
      }),
      { numRuns },
    );
  });

  it('at introspection', async () => {
    await using started = await start({ accessTokens: 'opaque', introspection: true }, (idp) => ({
      TEST_AUDIENCE: '*',
      ...clientOf(idp),
    }));
    const { idp, connection } = started;
    const active = fc
      .array(fc.tuple(name, json), { maxLength: 8 })
      .map((members) => JSON.stringify({ ...Object.fromEntries(members), active: true }));
    await fc.assert(
      fc.asyncProperty(statuses, fc.oneof(body, active), body, async (status, answer, user) => {
        idp.fail('introspection', { status, body: answer });
        idp.fail('userinfo', { status: 200, body: user });
        const verdict = await verdictOn(connection, 'opaque');
        if (status !== 200) expect(verdict).toBeInstanceOf(Error);
        if (status >= 500) expect(verdict).toBeInstanceOf(VerificationUndecidedError);
      }),
      { numRuns },
    );
  });

  it('in a JWT that it signed', async () => {
    await using started = await start({}, () => ({}));
    const { idp, connection } = started;
    await fc.assert(
      fc.asyncProperty(json, json.filter(isObject), async (claims, header) => {
        await verdictOn(connection, idp.signJwt(JSON.stringify(claims), { header }));
        const nearlyGood = { ...idp.validClaims({ aud: resource }), ...(isObject(claims) ? claims : {}) };
        await verdictOn(connection, idp.signJwt(nearlyGood));
      }),
      { numRuns },
    );
  });

  it('at userinfo, about a token that is proved: accepted, with its own claims', async () => {
    await using started = await start({}, () => ({}));
    const { idp, connection } = started;
    const own = idp.validClaims({ aud: resource });
    const token = idp.signJwt(own);
    const aboutAda = fc
      .array(fc.tuple(name, json), { maxLength: 8 })
      .map((members) => JSON.stringify({ ...Object.fromEntries(members), sub: 'ada' }));
    await fc.assert(
      fc.asyncProperty(statuses, fc.oneof(body, aboutAda), async (status, answer) => {
        idp.fail('userinfo', { status, body: answer });
        const verdict = await verdictOn(connection, token);
        expect(verdict).toMatchObject({ subject: 'ada', audience: [resource], claims: own });
      }),
      { numRuns },
    );
  });

  it('instead of keys', async () => {
    const key = fc
      .array(
        fc.tuple(
          fc.constantFrom('kty', 'kid', 'alg', 'use', 'key_ops', 'crv', 'x', 'y', 'n', 'e', 'k', 'ext'),
          fc.oneof(fc.constantFrom('EC', 'RSA', 'oct', 'ES256', 'P-256', 'sig', 'AQAB', 'the-key'), json),
        ),
      )
      .map((members) => Object.fromEntries(members));
    const keys = fc
      .array(fc.oneof(key, json), { maxLength: 4 })
      .map((list) => JSON.stringify({ keys: list }));
    await using idp = await startStandIn({ signingAlg: 'ES256' });
    const token = idp.signJwt(idp.validClaims({ aud: resource }), { header: { kid: 'the-key' } });
    await fc.assert(
      fc.asyncProperty(statuses, fc.oneof(body, keys), async (status, answer) => {
        // A connection of its own: keys are kept.
        await using connection = await connect(idp);
        idp.fail('jwks', { status, body: answer });
        expect(await verdictOn(connection, token)).toBeInstanceOf(Error);
      }),
      { numRuns: 100 },
    );
  });

  it('about any text that is sent as a token', async () => {
    await using byJwt = await start({}, () => ({}));
    await using byUserinfo = await start({ accessTokens: 'opaque' }, () => ({ TEST_AUDIENCE: '*' }));
    const part = fc.oneof(
      fc.base64String(),
      fc.string({ unit: 'binary' }),
      json.map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
    );
    const token = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(part, { maxLength: 6 }).map((parts) => parts.join('.')),
    );
    await fc.assert(
      fc.asyncProperty(token, async (text) => {
        expect(await verdictOn(byJwt.connection, text)).toBeInstanceOf(Error);
        expect(await verdictOn(byUserinfo.connection, text)).toBeInstanceOf(Error);
      }),
      { numRuns },
    );
  });
});
