import { generateKeyPairSync } from 'node:crypto';
import { ada, grace, type StandIn, type StandInOptions, startStandIn, verdictOn } from '@mcp-whoami/testkit';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { LogoutRefusedError } from '../src/index.ts';
import { connect, resource } from './test-provider.ts';

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
      { TEST_LOGOUT_CLIENT_IDS: `other, ${clientId}`, TEST_VERDICT_LIFETIME: '60', ...environment(idp) },
      { userinfoRole: 'none' },
    ),
  );
  const owned = stack.move();
  const logOut = async (claims: Record<string, unknown> = {}) =>
    connection.backchannelLogout?.(logoutToken(idp, claims));
  return { idp, connection, logOut, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};

/** With tokens that the IdP is asked about. */
const startOpaque = () =>
  start({ accessTokens: 'opaque', introspection: true }, ({ introspectionClient }) => ({
    TEST_CLIENT_ID: introspectionClient.clientId,
    TEST_CLIENT_SECRET: introspectionClient.clientSecret,
  }));

const logoutClaims = (idp: StandIn, changes: Record<string, unknown> = {}) => {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: idp.issuer,
    aud: clientId,
    iat: now,
    exp: now + 120,
    jti: 'one',
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

  it('has the IdP asked again about an opaque token, whose word counts', async () => {
    await using started = await startOpaque();
    const { idp, connection } = started;
    const [token, revoked] = [
      await idp.issueAccessToken({ resource }),
      await idp.issueAccessToken({ resource }),
    ];
    for (const each of [token, revoked]) await connection.verifyAccessToken(each);
    await idp.revoke(revoked);
    expect((await connection.verifyAccessToken(revoked)).subject).toBe(ada.sub);
    await connection.backchannelLogout?.(logoutToken(idp, { sub: ada.sub }));
    expect((await verdictOn(connection, revoked)).code).toBe('inactive');
    expect((await connection.verifyAccessToken(token)).subject).toBe(ada.sub);
    expect(idp.requests.count('introspection')).toBe(4);
  });

  it('outdates a verdict that was under way when it came', async () => {
    await using started = await startOpaque();
    const { idp, connection } = started;
    const token = await idp.issueAccessToken({ resource });
    const logout = logoutToken(idp, { sub: ada.sub });
    await connection.backchannelLogout?.(logoutToken(idp, { sub: grace.sub }));
    const verdict = connection.verifyAccessToken(token);
    await connection.backchannelLogout?.(logout);
    expect((await verdict).subject).toBe(ada.sub);
    expect(idp.requests.count('introspection')).toBe(2);
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
      'has an event that is no object',
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
    ['is no JWT', () => 'logout', /base64url/],
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

  it('is undecided while the keys can not be had', async () => {
    await using started = await start();
    started.idp.fail('jwks', 'status-500');
    await expect(started.logOut({ sub: ada.sub })).rejects.toMatchObject({ code: 'idp_unavailable' });
  });

  it('is forgotten after a day', async () => {
    await using started = await start();
    await started.logOut({ sub: ada.sub });
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    vi.setSystemTime(Date.now() + 25 * 3_600_000);
    const token = accessToken(started.idp, { iat: secondsAgo(26 * 3_600) });
    expect((await started.connection.verifyAccessToken(token)).subject).toBe(ada.sub);
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
