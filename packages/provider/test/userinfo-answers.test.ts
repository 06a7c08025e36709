import { createHmac } from 'node:crypto';
import { ada, nativeClient, type StandIn, startStandIn } from '@mcp-whoami/testkit';
import { verdictOn } from '@mcp-whoami/testkit/provider-suite';
import { describe, expect, it } from 'vitest';
import { keepWarnings } from './keep-warnings.ts';
import { clientOf, connect, resource } from './test-provider.ts';

const asJwt = { 'content-type': 'application/jwt; charset=utf-8' };
const { client_id: client } = nativeClient;

/** A connection and what it warns of while it runs. */
const start = async (environment: Record<string, string> = {}) => {
  await using stack = new AsyncDisposableStack();
  const idp = stack.use(await startStandIn({ introspection: true }));
  const { warnings, logger } = keepWarnings();
  const connection = stack.use(await connect(idp, environment, {}, logger));
  const owned = stack.move();
  return {
    idp,
    connection,
    warnings,
    token: idp.signJwt(idp.validClaims({ aud: resource })),
    answer: (body: string) => idp.fail('userinfo', { status: 200, headers: asJwt, body }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
};

const signedAnswer = (idp: StandIn, changes: object = {}, header: object = { typ: 'JWT' }) =>
  idp.signJwt(JSON.stringify({ iss: idp.issuer, aud: client, sub: ada.sub, name: ada.name, ...changes }), {
    header: { ...header },
  });

describe('a signed answer of userinfo', () => {
  it('is read, and its own issuer, audience and times are not the token’s', async () => {
    await using started = await start();
    const { idp, connection, warnings, token } = started;
    const exp = Math.floor(Date.now() / 1000) + 60;
    started.answer(`${signedAnswer(idp, { aud: ['other', client], exp, iat: 1, jti: 'u' })}\n`);
    const accepted = await connection.verifyAccessToken(token);
    expect(accepted.claims).toMatchObject({ name: ada.name, aud: resource });
    expect(accepted.claims.jti).not.toBe('u');
    expect(warnings).toEqual([]);
  });

  it.each<[string, RegExp, (idp: StandIn) => string]>([
    ['from another issuer', /other\.example/, (idp) => signedAnswer(idp, { iss: 'https://other.example' })],
    ['for another client', /another client/, (idp) => signedAnswer(idp, { aud: 'another' })],
    ['without `aud`', /`aud`/, (idp) => signedAnswer(idp, { aud: undefined })],
    ['without `iss`', /`iss`/, (idp) => signedAnswer(idp, { iss: undefined })],
    ['expired', /expired/, (idp) => signedAnswer(idp, { exp: 1 })],
    ['of a key that is not published', /key/, (idp) => signedAnswer(idp, {}, { kid: 'unknown' })],
    ['with a broken signature', /signature/, (idp) => `${signedAnswer(idp).slice(0, -8)}AAAAAAAA`],
    ['not signed', /algorithm|alg/, (idp) => signedAnswer(idp, {}, { alg: 'none' })],
    [
      'signed by the client’s secret',
      /alg/,
      (idp) => {
        const [, payload] = signedAnswer(idp).split('.');
        const input = `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${payload}`;
        return `${input}.${createHmac('sha256', 's').update(input).digest('base64url')}`;
      },
    ],
    ['encrypted', /encrypted.*userinfo_encrypted_response_alg/s, () => 'e30.AA.AA.AA.AA'],
    ['not a JWT', /JWT/, () => 'nothing'],
  ])('is not used when it is %s, and a warning says why, once', async (_, reason, answerOf) => {
    await using started = await start();
    started.answer(answerOf(started.idp));
    for (let call = 0; call < 3; call += 1) {
      const accepted = await started.connection.verifyAccessToken(started.token);
      expect(accepted.claims).not.toHaveProperty('name');
      expect(accepted.provedBy).toBe('jwt');
    }
    expect(started.warnings).toEqual([
      { details: { reason: 'profile_missing' }, message: expect.stringMatching(reason) },
    ]);
    expect(started.warnings[0]?.message).toContain('profile');
  });

  it('proves an opaque token like any other answer, and says nothing of it when it cannot be read', async () => {
    await using started = await start({ TEST_AUDIENCE: '*' });
    started.answer(signedAnswer(started.idp));
    expect(await started.connection.verifyAccessToken('opaque')).toMatchObject({
      subject: ada.sub,
      provedBy: 'userinfo',
    });
    started.answer('e30.AA.AA.AA.AA');
    const verdict = await verdictOn(started.connection, 'opaque');
    expect(verdict.status).toBe(503);
    expect(verdict.logMessage).toContain('encrypted');
  });
});

describe('a signed answer that names the user of an introspected token', () => {
  it.each([
    [client, ada.sub],
    ['another', undefined],
  ])('is believed if it is for the token’s client: %s', async (aud, subject) => {
    await using idp = await startStandIn({
      accessTokens: 'opaque',
      introspection: { answer: ({ sub: _, ...answer }) => answer },
    });
    await using connection = await connect(idp, clientOf(idp));
    idp.fail('userinfo', { status: 200, headers: asJwt, body: signedAnswer(idp, { aud }) });
    const token = await idp.issueAccessToken({ resource });
    if (subject === undefined) expect((await verdictOn(connection, token)).status).toBe(503);
    else expect((await connection.verifyAccessToken(token)).subject).toBe(subject);
  });
});

describe('the profile', () => {
  const rights = { scope: 'admin', scp: ['admin'], client_id: 'evil', azp: 'evil', cid: 'evil', gty: 'x' };
  const times = { iat: 1, exp: 9_999_999_999, nbf: 1, auth_time: 1, sid: 'another', aud: 'x', cnf: {} };

  it('never says what the token may, for whom it is, and when', async () => {
    await using started = await start();
    const { idp, connection } = started;
    idp.fail('userinfo', { status: 200, body: { sub: ada.sub, name: ada.name, ...rights, ...times } });
    const claims = { ...idp.validClaims({ aud: resource }), scope: undefined, client_id: undefined };
    const token = idp.signJwt(JSON.stringify(claims), { header: { typ: 'JWT' } });
    const accepted = await connection.verifyAccessToken(token);
    expect(accepted).toMatchObject({ scopes: [], clientId: '', audience: [resource] });
    expect(accepted.claims).toEqual({ ...JSON.parse(JSON.stringify(claims)), name: ada.name });
  });

  it('says as little of a token that is introspected, also where it names the user', async () => {
    await using idp = await startStandIn({
      accessTokens: 'opaque',
      introspection: { answer: () => ({ active: true, aud: resource }) },
    });
    await using connection = await connect(idp, clientOf(idp));
    idp.fail('userinfo', { status: 200, body: { sub: ada.sub, name: ada.name, ...rights, ...times } });
    const accepted = await connection.verifyAccessToken(await idp.issueAccessToken({ resource }));
    expect(accepted).toMatchObject({ scopes: [], clientId: '', audience: [resource] });
    expect(accepted.claims).toEqual({ sub: ada.sub, name: ada.name, active: true, aud: resource });
  });
});
