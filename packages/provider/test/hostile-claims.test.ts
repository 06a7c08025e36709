import { isUtf8 } from 'node:buffer';
import { hostileTokens, startStandIn } from '@mcp-whoami/testkit';
import { verdictOn } from '@mcp-whoami/testkit/provider-suite';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { clientOf, connect, resource } from './test-provider.ts';

const ordinaryHeader = z.strictObject({
  alg: z.string(),
  kid: z.string(),
  typ: z.enum(['at+jwt', 'JWT']).optional(),
});
/** RFC 7662 §2.2 lets an answer leave these out; a JWT that does so is refused for that. */
const withWhatJwtsMustHave = z.looseObject({
  iss: z.unknown().refine((iss) => iss !== undefined),
  exp: z.number(),
  iat: z.unknown().refine((iat) => iat !== undefined),
  client_id: z.string(),
});

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

it('an introspection that calls hostile claims active is refused for the same reason as a JWT with them', async () => {
  await using idp = await startStandIn({ accessTokens: 'opaque', introspection: true });
  await using connection = await connect(idp, clientOf(idp), { userinfoRole: 'none' });
  const introspectedAs = async (claims: string) => {
    idp.fail('introspection', { status: 200, body: claims.replace('{', '{"active":true,') });
    return verdictOn(connection, 'an-opaque-token').catch((error: unknown) => String(error));
  };
  let compared = 0;
  for (const { name, token, expectedCode } of await hostileTokens(idp, { resource })) {
    if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) continue;
    const [header, payload] = token.split('.').map((part) => Buffer.from(part, 'base64url'));
    if (header === undefined || payload === undefined || expectedCode === undefined) continue;
    if (['bad_signature', 'unknown_key', 'algorithm_not_allowed'].includes(expectedCode) || !isUtf8(payload))
      continue;
    if (!ordinaryHeader.safeParse(parsed(header.toString())).success) continue;
    if (!withWhatJwtsMustHave.safeParse(parsed(payload.toString())).success) continue;
    expect(await introspectedAs(payload.toString()), name).toMatchObject({ code: expectedCode, status: 401 });
    compared += 1;
  }
  expect(compared).toBeGreaterThan(80);

  const good = idp.validClaims({ aud: resource });
  idp.fail('introspection', { status: 200, body: { active: true, ...good } });
  expect((await connection.verifyAccessToken('an-opaque-token')).subject).toBe('ada');
});
