import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { ada, grace, type StandIn, type StandInOptions, startStandIn } from '@mcp-whoami/testkit';
import { verdictOn } from '@mcp-whoami/testkit/provider-suite';
import { describe, expect, it } from 'vitest';
import { LogoutRefusedError } from '../src/index.ts';
import { pass } from './clock.ts';
import { type Question, startIntrospectionEndpoint } from './introspection-endpoint.ts';
import { clientOf, connect, resource } from './test-provider.ts';

const event = 'http://schemas.openid.net/event/backchannel-logout';
const clientId = 'mcp-client';

const start = async (
  options: StandInOptions = {},
  environment: (idp: StandIn) => Record<string, string> = () => ({}),
) => {
  await using stack = new AsyncDisposableStack();
  const idp = stack.use(await startStandIn(options));
  const connection = stack.use(
    await connect(
      idp,
      { TEST_LOGOUT_CLIENT_IDS: `other, ${clientId}`, TEST_TOKEN_CACHE_SECONDS: '60', ...environment(idp) },
      { userinfoRole: 'none' },
    ),
  );
  const owned = stack.move();
  const logOut = async (claims: Record<string, unknown> = {}) =>
    connection.backchannelLogout?.(logoutToken(idp, claims));
  return { idp, connection, logOut, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};

/** With tokens that the IdP is asked about. */
const startOpaque = (environment: Record<string, string> = {}) =>
  start({ accessTokens: 'opaque', introspection: true }, (idp) => ({ ...clientOf(idp), ...environment }));

const logoutClaims = (idp: StandIn, changes: Record<string, unknown> = {}) => {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: idp.issuer,
    aud: clientId,
    iat: now,
    exp: now + 120,
    jti: randomUUID(),
    events: { [event]: {} },
  };
  return { ...claims, ...changes };
};

const logoutToken = (
  idp: StandIn,
  changes: Record<string, unknown> = {},
  signing: Parameters<StandIn['signJwt']>[1] = {},
) => idp.signJwt(logoutClaims(idp, changes), { header: { typ: 'logout+jwt' }, ...signing });

/** Not of the type at+jwt, which would have to say when it was issued. */
const accessToken = (idp: StandIn, claims: Record<string, unknown> = {}) =>
  idp.signJwt(idp.validClaims({ aud: resource, ...claims }), { header: { typ: 'JWT' } });

const secondsAgo = (seconds: number) => Math.floor(Date.now() / 1000) - seconds;

describe('a logout token', () => {
  it('without `sid` ends every token of its user that was issued before, at once', async () => {
    await using started = await start();
    const { idp, connection } = started;
    const tokens = [accessToken(idp), accessToken(idp, { sid: 's1' })];
    const graces = accessToken(idp, { sub: grace.sub });
    for (const token of [...tokens, graces]) await connection.verifyAccessToken(token);
    await started.logOut({ sub: ada.sub });
    for (const token of tokens) {
      expect(await verdictOn(connection, token)).toMatchObject({ code: 'revoked', status: 401 });
    }
    expect((await connection.verifyAccessToken(graces)).subject).toBe(grace.sub);
  });

  it('with `sid` ends that session, and tokens of its user that name none', async () => {
    await using started = await start();
    const { idp, connection } = started;
    const [ended, other, unnamed] = [{ sid: 's1' }, { sid: 's2' }, {}].map((claims) =>
      accessToken(idp, claims),
    );
    await started.logOut({ sub: ada.sub, sid: 's1' });
    expect((await verdictOn(connection, ended ?? '')).code).toBe('revoked');
    expect((await verdictOn(connection, unnamed ?? '')).code).toBe('revoked');
    expect((await connection.verifyAccessToken(other ?? '')).subject).toBe(ada.sub);
  });

  it('with `sid` alone ends that session', async () => {
    await using started = await start();
    await started.logOut({ sid: 's1' });
    expect((await verdictOn(started.connection, accessToken(started.idp, { sid: 's1' }))).code).toBe(
      'revoked',
    );
    expect((await started.connection.verifyAccessToken(accessToken(started.idp))).subject).toBe(ada.sub);
  });

  it('leaves tokens that were issued after it, and refuses those that do not say when', async () => {
    await using started = await start();
    const { idp, connection } = started;
    await started.logOut({ sub: ada.sub, iat: secondsAgo(10) });
    expect((await connection.verifyAccessToken(accessToken(idp, { iat: secondsAgo(9) }))).subject).toBe(
      ada.sub,
    );
    for (const iat of [secondsAgo(10), undefined]) {
      expect((await verdictOn(connection, accessToken(idp, { iat }))).code).toBe('revoked');
    }
  });

  it('that comes late does not take back a later one', async () => {
    await using started = await start();
    await started.logOut({ sub: ada.sub, iat: secondsAgo(5) });
    await started.logOut({ sub: ada.sub, iat: secondsAgo(60) });
    const token = accessToken(started.idp, { iat: secondsAgo(30) });
    expect((await verdictOn(started.connection, token)).code).toBe('revoked');
  });

  it('that comes twice is refused the second time, and so is another with its `jti`', async () => {
    await using started = await start();
    const { idp, connection } = started;
    const captured = logoutToken(idp, { sub: ada.sub, jti: 'captured' });
    await connection.backchannelLogout?.(captured);
    for (const again of [captured, logoutToken(idp, { sub: grace.sub, jti: 'captured' })]) {
      await expect(connection.backchannelLogout?.(again)).rejects.toMatchObject({
        logMessage: expect.stringMatching(/jti.*captured/),
      });
    }
    await started.logOut({ sub: grace.sub, jti: 'another' });
  });

  it('whose `jti` came in one that was refused is taken', async () => {
    await using started = await start();
    await expect(started.logOut({ sub: ada.sub, jti: 'one', aud: 'stranger' })).rejects.toBeInstanceOf(
      LogoutRefusedError,
    );
    await started.logOut({ sub: ada.sub, jti: 'one' });
  });

  const refused: [string, (idp: StandIn) => string, RegExp][] = [
    ['is of another issuer', (idp) => logoutToken(idp, { sub: 'ada', iss: `${idp.issuer}/` }), /issuer/],
    [
      'is for another client',
      (idp) => logoutToken(idp, { sub: 'ada', aud: 'stranger' }),
      /audience.*stranger/,
    ],
    ['has expired', (idp) => logoutToken(idp, { sub: 'ada', exp: secondsAgo(1) }), /exp/],
    ['is from the future', (idp) => logoutToken(idp, { sub: 'ada', iat: secondsAgo(-60) }), /iat/],
    ['names nobody', (idp) => logoutToken(idp), /`sub` or `sid`/],
    ['has a nonce', (idp) => logoutToken(idp, { sub: 'ada', nonce: 'n' }), /nonce/],
    ['has no event', (idp) => logoutToken(idp, { sub: 'ada', events: undefined }), /events/],
    ['has another event', (idp) => logoutToken(idp, { sub: 'ada', events: { other: {} } }), /events/],
    [
      'has an event that is not an object',
      (idp) => logoutToken(idp, { sub: 'ada', events: { [event]: 1 } }),
      /events/,
    ],
    ['has no `jti`', (idp) => logoutToken(idp, { sub: 'ada', jti: undefined }), /jti/],
    ['has no `iat`', (idp) => logoutToken(idp, { sub: 'ada', iat: undefined }), /iat/],
    ['has no `exp`', (idp) => logoutToken(idp, { sub: 'ada', exp: undefined }), /exp/],
    ['has a number for `sub`', (idp) => logoutToken(idp, { sub: 1 }), /sub/],
    [
      'is typed as an access token',
      (idp) => logoutToken(idp, { sub: 'ada' }, { header: { typ: 'at+jwt' } }),
      /typ/,
    ],
    ['is not signed', (idp) => logoutToken(idp, { sub: 'ada' }, { header: { alg: 'none' } }), /asymmetric/],
    ['is not a JWT', () => 'logout', /base64url/],
    ['is huge', () => 'a'.repeat(20_000), /longer/],
    [
      'is signed by another key',
      (idp) => {
        const { privateKey: key } = generateKeyPairSync('rsa', { modulusLength: 2048 });
        return logoutToken(idp, { sub: 'ada' }, { key, header: { typ: 'logout+jwt' } });
      },
      /signature/,
    ],
  ];
  it.each(refused)('that %s ends nothing', async (_, make, message) => {
    await using started = await start();
    const token = accessToken(started.idp, { sid: 's1' });
    const logout = started.connection.backchannelLogout?.(make(started.idp));
    await expect(logout).rejects.toBeInstanceOf(LogoutRefusedError);
    await expect(logout).rejects.toMatchObject({ logMessage: expect.stringMatching(message) });
    expect((await started.connection.verifyAccessToken(token)).subject).toBe(ada.sub);
  });

  it('is undecided while the keys cannot be fetched', async () => {
    await using started = await start();
    started.idp.fail('jwks', 'status-500');
    await expect(started.logOut({ sub: ada.sub })).rejects.toMatchObject({ code: 'idp_unavailable' });
  });

  it('is not forgotten with time', async () => {
    await using started = await start();
    await started.logOut({ sub: ada.sub });
    pass(25 * 3_600);
    const token = accessToken(started.idp, { iat: secondsAgo(26 * 3_600) });
    expect((await verdictOn(started.connection, token)).code).toBe('revoked');
  });

  it('ends the tokens of its user after 10,001 others', { timeout: 60_000 }, async () => {
    await using started = await start({ signingAlg: 'ES256' });
    const { idp, connection } = started;
    const [ended, ofSession] = [accessToken(idp), accessToken(idp, { sub: grace.sub, sid: 's1' })];
    await started.logOut({ sub: ada.sub });
    await started.logOut({ sub: grace.sub, sid: 's1' });
    for (let other = 0; other < 10_001; other += 1)
      await started.logOut({ sub: `other ${other}`, sid: `${other}` });
    for (const token of [ended, ofSession]) {
      expect((await verdictOn(connection, token)).code).toBe('revoked');
    }
  });
});

describe('a logout', () => {
  it('is of the session and the time that the token itself names, whatever userinfo adds', async () => {
    const userinfoAnswer = () => ({
      status: 200,
      body: {
        sub: ada.sub,
        zoneinfo: 'Europe/London',
        sid: 'of-userinfo',
        iat: Math.floor(Date.now() / 1000) + 3600,
      },
    });
    await using idp = await startStandIn({ userinfoAnswer });
    const environment = { TEST_LOGOUT_CLIENT_IDS: clientId };
    await using connection = await connect(idp, environment, { userinfoRole: 'profile' });
    const { iat, ...claims } = idp.validClaims({ aud: resource });
    const tokens = [claims, { ...claims, iat }].map((each) => idp.signJwt(each, { header: { typ: 'JWT' } }));
    for (const token of tokens) {
      const { claims: known } = await connection.verifyAccessToken(token);
      expect(known).toMatchObject({ zoneinfo: 'Europe/London' });
      expect(known).not.toHaveProperty('sid');
    }
    await connection.backchannelLogout?.(logoutToken(idp, { sub: ada.sub, sid: 's1' }));
    for (const token of tokens) expect((await verdictOn(connection, token)).code).toBe('revoked');
  });

  it('ends a token that does not say when it was issued, unless it lives on for more than a day', async () => {
    await using started = await start();
    const { idp, connection } = started;
    await started.logOut({ sub: ada.sub, iat: secondsAgo(3600) });
    const withoutIat = (exp: number) =>
      idp.signJwt(idp.validClaims({ aud: resource, iat: undefined, exp }), { header: { typ: 'JWT' } });
    const verdict = await verdictOn(connection, withoutIat(secondsAgo(-60)));
    expect(verdict).toMatchObject({ code: 'revoked', logMessage: expect.stringContaining('`iat`') });
    expect((await connection.verifyAccessToken(withoutIat(secondsAgo(-23.5 * 3600)))).subject).toBe(ada.sub);
  });

  it('has introspection asked about a JWT of which only the IdP knows whether it ended', async () => {
    await using started = await start({ introspection: true, jwtsHonoured: true }, clientOf);
    const { idp, connection } = started;
    const [alive, revoked] = [
      await idp.issueAccessToken({ resource }),
      await idp.issueAccessToken({ resource }),
    ];
    await idp.revoke(revoked);
    await started.logOut({ sub: ada.sub, sid: 's1' });
    expect((await connection.verifyAccessToken(alive)).provedBy).toBe('jwt');
    expect((await verdictOn(connection, revoked)).code).toBe('inactive');
    idp.fail('introspection', 'status-500');
    expect((await verdictOn(connection, await idp.issueAccessToken({ resource }))).status).toBe(503);
    await started.logOut({ sub: ada.sub });
    expect((await verdictOn(connection, alive)).code).toBe('revoked');
  });

  it('has introspection asked about a proved JWT though strangers’ tokens had it shut', async () => {
    await using started = await start({ introspection: true, jwtsHonoured: true }, clientOf);
    const { idp, connection } = started;
    const alive = await idp.issueAccessToken({ resource });
    await started.logOut({ sub: ada.sub, sid: 's1' });
    idp.fail('introspection', 'refuse');
    for (let index = 0; index < 20; index += 1) await verdictOn(connection, `garbage-${index}`);
    idp.recover();
    expect((await verdictOn(connection, 'garbage')).logMessage).toContain('left alone');
    expect((await connection.verifyAccessToken(alive)).provedBy).toBe('jwt');
  });

  it('leaves a JWT that the IdP has just taken as not revoked, where it says so at userinfo', async () => {
    await using idp = await startStandIn({ jwtsHonoured: true });
    const environment = { TEST_LOGOUT_CLIENT_IDS: clientId };
    await using connection = await connect(idp, environment, { userinfoRole: 'revocation' });
    const [alive, revoked] = [
      await idp.issueAccessToken({ resource }),
      await idp.issueAccessToken({ resource }),
    ];
    await idp.revoke(revoked);
    await connection.backchannelLogout?.(logoutToken(idp, { sub: ada.sub, sid: 's1' }));
    expect((await connection.verifyAccessToken(alive)).subject).toBe(ada.sub);
    expect((await verdictOn(connection, revoked)).code).toBe('revoked');
    idp.fail('userinfo', 'status-500');
    expect((await verdictOn(connection, alive)).status).toBe(503);
    await connection.backchannelLogout?.(logoutToken(idp, { sub: ada.sub }));
    expect((await verdictOn(connection, alive)).code).toBe('revoked');
  });
});

describe('an introspected token', () => {
  /** What introspection says of every token. */
  const active = (claims: object = {}) => ({
    status: 200,
    body: {
      active: true,
      sub: ada.sub,
      aud: resource,
      iat: secondsAgo(60),
      exp: secondsAgo(-600),
      ...claims,
    },
  });

  it('that was issued before the logout is refused, though the IdP still calls it active', async () => {
    await using started = await startOpaque();
    const { idp, connection } = started;
    idp.fail('introspection', active({ sid: 's1' }));
    for (const [token, logout] of [
      ['a', { sid: 's1' }],
      ['b', { sub: ada.sub }],
    ] as const) {
      await started.logOut(logout);
      expect((await verdictOn(connection, token)).code).toBe('revoked');
    }
    idp.fail('introspection', active({ sid: 's2', iat: secondsAgo(-5) }));
    expect((await connection.verifyAccessToken('c')).subject).toBe(ada.sub);
  });

  /** Judges a token while logouts come: each before introspection has answered another time that it is active. */
  const judgeDuringLogouts = async (logouts: object[], claims: object, tokenCacheSeconds: string) => {
    await using idp = await startStandIn({ signingAlg: 'ES256' });
    let asked = 0;
    const ask = async ({ answer }: Question) => {
      const logout = logouts[asked];
      asked += 1;
      if (logout !== undefined) await connection.backchannelLogout?.(logoutToken(idp, { ...logout }));
      answer(active(claims).body);
    };
    await using endpoint = await startIntrospectionEndpoint((question) => void ask(question));
    await using connection = await connect(
      idp,
      { TEST_LOGOUT_CLIENT_IDS: clientId, TEST_TOKEN_CACHE_SECONDS: tokenCacheSeconds },
      { introspectionUrl: endpoint.url, userinfoRole: 'none' },
    );
    const status = await connection.verifyAccessToken('opaque').then(
      () => 200,
      ({ status }: { status: number }) => status,
    );
    return { status, asked };
  };

  it.each(['60', '0'])(
    'is compared with a logout that comes meanwhile, verdicts held for %s s',
    async (lifetime) => {
      for (const logout of [{ sid: 's1' }, { sub: ada.sub }]) {
        expect(await judgeDuringLogouts([logout], { sid: 's1' }, lifetime)).toEqual({
          status: 401,
          asked: 1,
        });
      }
    },
  );

  it.each(['60', '0'])(
    'is judged again for a logout of which only the IdP knows, verdicts held for %s s',
    async (lifetime) => {
      const logout = { sub: ada.sub, sid: 's1' };
      const others = { sub: grace.sub, sid: 's1' };
      expect(await judgeDuringLogouts([others], {}, lifetime)).toEqual({ status: 200, asked: 1 });
      expect(await judgeDuringLogouts([logout], {}, lifetime)).toEqual({ status: 200, asked: 2 });
      // Not without end.
      const many = Array.from({ length: 10 }, () => logout);
      expect(await judgeDuringLogouts(many, {}, lifetime)).toEqual({ status: 503, asked: 3 });
    },
  );

  it('whose session only the IdP knows is asked about after the logout, and its word counts', async () => {
    await using started = await startOpaque();
    const { idp, connection } = started;
    const [token, revoked] = [
      await idp.issueAccessToken({ resource }),
      await idp.issueAccessToken({ resource }),
    ];
    for (const each of [token, revoked]) await connection.verifyAccessToken(each);
    await idp.revoke(revoked);
    expect((await connection.verifyAccessToken(revoked)).subject).toBe(ada.sub);
    await started.logOut({ sub: ada.sub, sid: 's1' });
    expect((await verdictOn(connection, revoked)).code).toBe('inactive');
    expect((await connection.verifyAccessToken(token)).subject).toBe(ada.sub);
    expect(idp.requests.count('introspection')).toBe(4);
  });

  it('is asked about at each call shortly after such a logout, which the IdP may tell before it is done', async () => {
    await using started = await startOpaque();
    const { idp, connection } = started;
    const token = await idp.issueAccessToken({ resource });
    await started.logOut({ sub: ada.sub, sid: 's1' });
    expect((await connection.verifyAccessToken(token)).subject).toBe(ada.sub);
    await idp.revoke(token);
    expect((await verdictOn(connection, token)).code).toBe('inactive');

    pass(11);
    const later = await idp.issueAccessToken({ resource });
    const asked = idp.requests.count('introspection');
    for (let call = 0; call < 3; call += 1) await connection.verifyAccessToken(later);
    expect(idp.requests.count('introspection')).toBe(asked + 1);
  });
});

describe('the endpoint for logout tokens', () => {
  it('is there only where the clients are named', async () => {
    await using idp = await startStandIn();
    await using connection = await connect(idp);
    expect(connection.backchannelLogout).toBeUndefined();
  });

  it('is warned about where the IdP does not say that it sends any', async () => {
    const warningsOf = async (options: StandInOptions) => {
      await using started = await start(options);
      return started.connection.warnings.join('\n');
    };
    expect(await warningsOf({})).toContain('TEST_LOGOUT_CLIENT_IDS');
    const transformMetadata = (document: object) => ({ ...document, backchannel_logout_supported: true });
    expect(await warningsOf({ transformMetadata })).not.toContain('TEST_LOGOUT_CLIENT_IDS');
  });
});
