import { ada, startStandIn } from '@mcp-whoami/testkit';
import { verdictOn } from '@mcp-whoami/testkit/provider-suite';
import { describe, expect, it } from 'vitest';
import { excessOf } from '../src/json.ts';
import { clientOf, connect, resource } from './test-provider.ts';

const nested = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);

/** An answer with one claim more, as a text: what is nested deep cannot be made one by recursion. */
const answer = (claims: object, member: string) => JSON.stringify(claims).replace(/}$/, `,${member}}`);
const deepMember = `"deep":${'['.repeat(20_000)}${']'.repeat(20_000)}`;
const largeMember = `"large":"${'a'.repeat(64 * 1024)}"`;

describe('claims', () => {
  it('may have 100 levels and 64 kB, and no more', () => {
    expect(excessOf({ a: nested(99) })).toBeUndefined();
    expect(excessOf({ a: nested(100) })).toContain('100 levels');
    expect(excessOf({ a: nested(20_000) })).toContain('100 levels');
    expect(excessOf({ a: 'a'.repeat(64 * 1024 - 8) })).toBeUndefined();
    expect(excessOf({ a: 'a'.repeat(64 * 1024 - 7) })).toContain('65536 bytes');
  });

  it.each(['payload', 'header'])('beyond that are refused in a JWT: %s', async (place) => {
    await using idp = await startStandIn();
    await using connection = await connect(idp);
    // As deep as a token may be long.
    const member = `"deep":${'['.repeat(5_000)}${']'.repeat(5_000)}`;
    const claims = idp.validClaims({ aud: resource });
    const header = Buffer.from(answer({ alg: 'RS256', kid: idp.signingKey().kid }, member)).toString(
      'base64url',
    );
    const token =
      place === 'payload'
        ? idp.signJwt(answer(claims, member))
        : idp.signJwt(claims).replace(/^[^.]+/, header);
    const verdict = await verdictOn(connection, token);
    expect(verdict).toMatchObject({ code: 'malformed_token', status: 401 });
    expect(verdict.logMessage).toContain('100 levels');
  });

  it.each([
    ['too deep', deepMember, 'malformed_token', 401, '100 levels'],
    // The answer itself is not read to its end.
    ['too large', largeMember, 'idp_unavailable', 503, 'more than 65536 bytes'],
  ])('beyond that are refused in an introspection: %s', async (_, member, code, status, reason) => {
    await using idp = await startStandIn({ accessTokens: 'opaque', introspection: true });
    await using connection = await connect(idp, clientOf(idp));
    const body = answer({ active: true, sub: ada.sub, aud: resource }, member);
    idp.fail('introspection', { status: 200, body });
    const verdict = await verdictOn(connection, 'opaque');
    expect(verdict).toMatchObject({ code, status });
    expect(verdict.logMessage).toContain(reason);
  });

  it.each([deepMember, largeMember])(
    'beyond that are no profile, and the token stays good',
    async (member) => {
      await using idp = await startStandIn();
      await using connection = await connect(idp);
      idp.fail('userinfo', { status: 200, body: answer({ sub: ada.sub, name: ada.name }, member) });
      const token = idp.signJwt(idp.validClaims({ aud: resource }));
      const accepted = await connection.verifyAccessToken(token);
      expect(accepted.subject).toBe(ada.sub);
      expect(accepted.claims).not.toHaveProperty('name');
    },
  );

  it('beyond that are refused where userinfo is the only proof', async () => {
    await using idp = await startStandIn();
    await using connection = await connect(idp, { TEST_AUDIENCE: '*' });
    idp.fail('userinfo', { status: 200, body: answer({ sub: ada.sub }, deepMember) });
    expect(await verdictOn(connection, 'opaque')).toMatchObject({ code: 'malformed_token', status: 401 });
  });
});
