import { createHmac } from 'node:crypto';
import { ada, type StandIn, type StandInOptions, startStandIn } from '@mcp-whoami/testkit';
import { verdictOn } from '@mcp-whoami/testkit/provider-suite';
import { describe, expect, it } from 'vitest';
import { pass } from './clock.ts';
import { clientOf, connect, resource } from './test-provider.ts';

const now = () => Math.floor(Date.now() / 1000);

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

/** As authentik signs where it has no signing key: by the secret of the client. */
const signedBySecret = (claims: object, header: object = {}) => {
  const input = `${encode({ alg: 'HS256', typ: 'JWT', ...header })}.${encode(claims)}`;
  return `${input}.${createHmac('sha256', 'secret').update(input).digest('base64url')}`;
};

/** A realm whose JWTs introspection knows, and a server with a client there. */
const start = async (options: StandInOptions = {}) => {
  await using stack = new AsyncDisposableStack();
  const idp = stack.use(await startStandIn({ introspection: true, jwtsHonoured: true, ...options }));
  const connection = stack.use(await connect(idp, clientOf(idp), { userinfoRole: 'none' }));
  const withoutClient = stack.use(await connect(idp, {}, { userinfoRole: 'none' }));
  const owned = stack.move();
  return {
    idp,
    connection,
    withoutClient,
    /** What introspection says from now on. */
    introspectedAs: (answer: object) => idp.fail('introspection', { status: 200, body: answer }),
    questions: () => idp.requests.count('introspection'),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
};

const active = (idp: StandIn, changes: object = {}) => ({
  ...idp.validClaims({ aud: resource }),
  active: true,
  ...changes,
});

/** What no key of the IdP says anything about, and the refusal where nobody else can be asked. */
const unprovable: [string, string, (idp: StandIn) => string][] = [
  [
    'whose key is not published (Okta’s org tokens)',
    'unknown_key',
    (idp) =>
      idp.signJwt(idp.validClaims({ aud: idp.issuer }), {
        header: { kid: 'kept-secret', typ: 'application/okta-internal-at+jwt' },
      }),
  ],
  [
    'of a symmetric algorithm (authentik without a signing key)',
    'algorithm_not_allowed',
    (idp) => signedBySecret(idp.validClaims({ aud: resource })),
  ],
  [
    'without subject and audience (Keycloak’s lightweight tokens)',
    'audience_unknown',
    (idp) =>
      idp.signJwt(JSON.stringify({ ...idp.validClaims({ typ: 'Bearer' }), sub: undefined }), {
        header: { typ: 'JWT' },
      }),
  ],
  ['without an audience', 'audience_unknown', (idp) => idp.signJwt(idp.validClaims())],
  [
    'without a subject',
    'subject_missing',
    (idp) => idp.signJwt(JSON.stringify({ ...idp.validClaims({ aud: resource }), sub: undefined })),
  ],
];

describe('a JWT that cannot be judged here', () => {
  it.each(unprovable.filter(([name]) => !name.includes('Okta')))(
    'is introspected where this server has a client for that: %s',
    async (_, code, tokenOf) => {
      await using started = await start();
      const { idp, connection, withoutClient, introspectedAs } = started;
      introspectedAs(active(idp));
      const token = tokenOf(idp);
      expect(await connection.verifyAccessToken(token)).toMatchObject({
        subject: ada.sub,
        audience: [resource],
        clientId: 'native-client',
        provedBy: 'introspection',
      });
      expect(await verdictOn(withoutClient, token)).toMatchObject({ code, status: 401 });
    },
  );

  it('of Okta is introspected where its own audience is accepted', async () => {
    await using idp = await startStandIn({ introspection: true });
    await using connection = await connect(idp, {
      ...clientOf(idp),
      TEST_AUDIENCE: idp.issuer,
    });
    idp.fail('introspection', { status: 200, body: active(idp, { aud: idp.issuer }) });
    const [, , tokenOf] = unprovable[0] ?? [];
    expect(await connection.verifyAccessToken(tokenOf?.(idp) ?? '')).toMatchObject({
      provedBy: 'introspection',
    });
  });

  it.each(unprovable.filter(([name]) => !name.includes('Okta')))(
    'stays refused, by its own reason, where it is not active there: %s',
    async (_, code, tokenOf) => {
      await using started = await start();
      started.introspectedAs({ active: false });
      const verdict = await verdictOn(started.connection, tokenOf(started.idp));
      expect(verdict).toMatchObject({ code, status: 401 });
      expect(verdict.logMessage).toContain('not active');
      expect(started.questions()).toBe(1);
    },
  );

  it.each([
    ['audience_mismatch', { aud: 'http://localhost:4001/mcp' }],
    ['audience_unknown', { aud: undefined }],
    ['issuer_mismatch', { iss: 'https://other.example.com' }],
    ['expired', { exp: 1 }],
    ['not_an_access_token', { typ: 'Refresh' }],
    ['subject_missing', { sub: undefined }],
    ['not_yet_valid', { iat: now() + 3600 }],
  ])('is refused with %s by the same checks on the answer: %o', async (code, change) => {
    await using started = await start();
    started.introspectedAs(active(started.idp, change));
    const token = signedBySecret(started.idp.validClaims({ aud: resource }));
    expect(await verdictOn(started.connection, token)).toMatchObject({ code, status: 401 });
  });

  it.each([
    ['audience_mismatch', { aud: 'http://localhost:4001/mcp' }],
    ['issuer_mismatch', { iss: 'https://other.example.com' }],
    ['expired', { exp: 1 }],
    ['not_an_access_token', { typ: 'Refresh' }],
    ['sender_constrained', { cnf: { jkt: 'x' } }],
    ['malformed_token', { exp: 'soon' }],
  ])('is not asked about where its own word says %s: %o', async (code, change) => {
    await using started = await start();
    started.introspectedAs(active(started.idp));
    const token = signedBySecret(started.idp.validClaims({ aud: resource, ...change }));
    expect(await verdictOn(started.connection, token)).toMatchObject({ code, status: 401 });
    expect(started.questions()).toBe(0);
  });

  it.each<[string, string, (idp: StandIn) => string]>([
    [
      'a bad signature',
      'bad_signature',
      (idp) =>
        `${idp
          .signJwt(idp.validClaims({ aud: resource }))
          .split('.')
          .slice(0, 2)
          .join('.')}.AAAA`,
    ],
    [
      'another audience',
      'audience_mismatch',
      (idp) => idp.signJwt(idp.validClaims({ aud: 'https://other.example' })),
    ],
    [
      'an expiry that has passed',
      'expired',
      (idp) => idp.signJwt(idp.validClaims({ aud: resource, exp: 1 })),
    ],
    [
      'no expiry',
      'expiry_missing',
      (idp) => idp.signJwt(JSON.stringify({ ...idp.validClaims(), exp: undefined })),
    ],
    [
      'a blank subject',
      'subject_missing',
      (idp) => idp.signJwt(idp.validClaims({ aud: resource, sub: ' ' })),
    ],
    [
      'alg none',
      'algorithm_not_allowed',
      (idp) => `${encode({ alg: 'none' })}.${encode(idp.validClaims({ aud: resource }))}.`,
    ],
    [
      'an unknown alg',
      'algorithm_not_allowed',
      (idp) => signedBySecret(idp.validClaims({ aud: resource }), { alg: 'HS1' }),
    ],
    [
      'a critical extension',
      'malformed_token',
      (idp) => signedBySecret(idp.validClaims({ aud: resource }), { crit: ['x'], x: 1 }),
    ],
    [
      'another type',
      'not_an_access_token',
      (idp) => signedBySecret(idp.validClaims({ aud: resource }), { typ: 'logout+jwt' }),
    ],
  ])('is not one that was judged and failed, about which nobody is asked: %s', async (_, code, tokenOf) => {
    await using started = await start();
    started.introspectedAs(active(started.idp));
    expect(await verdictOn(started.connection, tokenOf(started.idp))).toMatchObject({ code, status: 401 });
    expect(started.questions()).toBe(0);
  });

  it('is undecided while introspection is', async () => {
    await using started = await start();
    started.idp.fail('introspection', 'status-503');
    const token = signedBySecret(started.idp.validClaims({ aud: resource }));
    expect((await verdictOn(started.connection, token)).status).toBe(503);
  });

  it('is one too while the keys cannot be fetched, and undecided if introspection does not call it active', async () => {
    await using started = await start();
    const { idp, connection, withoutClient, introspectedAs } = started;
    idp.fail('jwks', 'status-500');
    const token = idp.signJwt(idp.validClaims({ aud: resource }));
    introspectedAs(active(idp));
    expect((await connection.verifyAccessToken(token)).provedBy).toBe('introspection');
    introspectedAs({ active: false });
    expect((await verdictOn(connection, token)).status).toBe(503);
    expect((await verdictOn(withoutClient, token)).status).toBe(503);
  });

  it('expires when the token itself says so, if the answer does not', async () => {
    await using started = await start();
    const { idp, connection, introspectedAs } = started;
    introspectedAs(active(idp, { exp: undefined }));
    const exp = now() + 42;
    const token = signedBySecret(idp.validClaims({ aud: resource, exp }));
    expect((await connection.verifyAccessToken(token)).expiresAt).toBe(exp);
    introspectedAs(active(idp, { exp: exp - 10 }));
    expect((await connection.verifyAccessToken(token)).expiresAt).toBe(exp - 10);
  });

  it('costs its caller: forged ones are asked about a bounded number of times', async () => {
    await using started = await start();
    started.introspectedAs({ active: false });
    // The time in which so many may be asked about does not end.
    pass(0);
    const claims = started.idp.validClaims({ aud: resource });
    const statuses: number[] = [];
    for (let batch = 0; batch < 14; batch += 1) {
      const forged = Array.from({ length: 50 }, (_, index) =>
        signedBySecret({ ...claims, jti: `${batch} ${index}` }),
      );
      const verdicts = await Promise.all(forged.map((token) => verdictOn(started.connection, token)));
      statuses.push(...verdicts.map(({ status }) => status));
    }
    expect(statuses[0]).toBe(401);
    expect([429, 503]).toContain(statuses.at(-1));
    expect(started.questions()).toBeLessThanOrEqual(540);
  });
});
