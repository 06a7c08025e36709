import { generateKeyPairSync } from 'node:crypto';
import { ada, type StandIn, startStandIn } from '@mcp-whoami/testkit';
import { verdictOn } from '@mcp-whoami/testkit/provider-suite';
import { describe, expect, it } from 'vitest';
import { connect, resource } from './test-provider.ts';

const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
const weakKey = { ...weak.publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'weak' };
const { kid: _, ...weakKeyWithoutId } = weakKey;

/** What a key set may have before the key that signs, and what is wrong with it. */
const faults: [string, unknown][] = [
  ['an RSA key of 1024 bits', weakKey],
  ['an RSA key of 1024 bits without `kid`', weakKeyWithoutId],
  ['null', null],
  ['a text', 'a key'],
  ['a list', [weakKey]],
  ['an empty object', {}],
  ['an RSA key without a modulus', { kty: 'RSA', use: 'sig', alg: 'RS256' }],
  ['an RSA key that is not base64url', { kty: 'RSA', n: '!', e: '!', use: 'sig', alg: 'RS256' }],
  ['an RSA key of numbers', { kty: 'RSA', n: 1, e: 2, use: 'sig', alg: 'RS256' }],
  ['a private key', { ...weak.privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' }],
  ['a key of an unknown type', { kty: 'XYZ', use: 'sig', alg: 'RS256' }],
  ['a key that is nested deep', JSON.parse(`${'{"kty":'.repeat(3_000)}1${'}'.repeat(3_000)}`)],
];

const startWith = (key: unknown) => startStandIn({ transformJwks: ({ keys }) => ({ keys: [key, ...keys] }) });

const tokenOf = (idp: StandIn, kid: string | undefined) =>
  idp.signJwt(idp.validClaims({ aud: resource }), { header: { kid } });

describe('a key that cannot be used', () => {
  it.each(faults)('is passed over, with and without a `kid` in the token: %s', async (_, key) => {
    await using idp = await startWith(key);
    await using connection = await connect(idp);
    for (const kid of [idp.signingKey().kid, undefined]) {
      expect((await connection.verifyAccessToken(tokenOf(idp, kid))).subject).toBe(ada.sub);
    }
  });

  it('refuses a token that names it, and is not an outage', async () => {
    await using idp = await startWith(weakKey);
    await using connection = await connect(idp);
    const signedByIt = idp.signJwt(idp.validClaims({ aud: resource }), {
      key: weak.privateKey,
      header: { kid: 'weak' },
    });
    for (const token of [signedByIt, tokenOf(idp, 'weak')]) {
      const verdict = await verdictOn(connection, token);
      expect(verdict).toMatchObject({ code: 'bad_signature', status: 401 });
      expect(verdict.logMessage).toMatch(/key for it cannot be used.*2048/);
    }
  });

  it('refuses a token that names it when it is malformed', async () => {
    await using idp = await startWith({ kty: 'RSA', kid: 'broken' });
    await using connection = await connect(idp);
    expect(await verdictOn(connection, tokenOf(idp, 'broken'))).toMatchObject({
      code: 'bad_signature',
      status: 401,
    });
  });

  it('is not one that the IdP never had: a set of nothing else says nothing of any token', async () => {
    await using idp = await startStandIn({ transformJwks: () => ({ keys: [null, 'a key'] }) });
    await using connection = await connect(idp);
    expect((await verdictOn(connection, tokenOf(idp, undefined))).status).toBe(503);
  });
});
