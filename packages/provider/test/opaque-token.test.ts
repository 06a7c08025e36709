import { ada, startStandIn } from '@mcp-whoami/testkit';
import { verdictOn } from '@mcp-whoami/testkit/provider-suite';
import { describe, expect, it } from 'vitest';
import { connect, resource } from './test-provider.ts';

const opaque = { accessTokens: 'opaque', resource: 'ignored' } as const;

describe('before the IdP is asked about an opaque token', () => {
  it('it is refused where its audience could not be known', async () => {
    await using idp = await startStandIn(opaque);
    await using connection = await connect(idp);
    const verdict = await verdictOn(connection, await idp.issueAccessToken());
    expect(verdict).toMatchObject({ code: 'audience_unknown', status: 401 });
    expect(idp.requests.count('userinfo')).toBe(0);
  });

  it.each([
    [{}, 4_096],
    [{ TEST_MAX_OPAQUE_TOKEN_LENGTH: '100' }, 100],
    [{ TEST_MAX_OPAQUE_TOKEN_LENGTH: '12000' }, 12_000],
  ])('it is refused where it is longer than permitted: %o', async (setting, longest) => {
    await using idp = await startStandIn(opaque);
    await using connection = await connect(idp, { TEST_AUDIENCE: '*', ...setting });
    idp.fail('userinfo', { status: 200, body: { sub: ada.sub } });
    const verdict = await verdictOn(connection, 'a'.repeat(longest + 1));
    expect(verdict).toMatchObject({ code: 'malformed_token', status: 401 });
    expect(idp.requests.count('userinfo')).toBe(0);
    expect((await connection.verifyAccessToken('a'.repeat(longest))).subject).toBe(ada.sub);
  });

  it('it is refused alike, however many of them a caller sends', async () => {
    await using idp = await startStandIn(opaque);
    await using connection = await connect(idp);
    for (let call = 0; call < 600; call += 1) {
      expect(await verdictOn(connection, `garbage ${call}`)).toMatchObject({ code: 'audience_unknown' });
    }
  });
});

it('a JWT may be longer than an opaque token', async () => {
  await using idp = await startStandIn();
  await using connection = await connect(idp);
  const token = idp.signJwt(idp.validClaims({ aud: resource, padding: 'a'.repeat(8_000) }));
  expect((await connection.verifyAccessToken(token)).subject).toBe(ada.sub);
});

it('an answer about a user of more than 64 kB is none, and concerns that user alone', async () => {
  await using idp = await startStandIn({
    ...opaque,
    userinfoAnswer: ({ account, token }) => ({
      status: 200,
      body: account ? { ...account } : { sub: token, padding: 'a'.repeat(1_100_000) },
    }),
  });
  await using connection = await connect(idp, { TEST_AUDIENCE: '*' });
  for (let call = 0; call < 20; call += 1) {
    expect(await verdictOn(connection, `large-${call}`)).toMatchObject({ status: 503 });
    expect((await connection.verifyAccessToken(await idp.issueAccessToken())).subject).toBe(ada.sub);
  }
});
