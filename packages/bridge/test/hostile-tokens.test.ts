import { createPrivateKey } from 'node:crypto';
import { createSealedStore, openStore } from '@mcp-whoami/store';
import { hostileTokens, type StandIn, startStandIn } from '@mcp-whoami/testkit';
import { testIsolation } from '@mcp-whoami/testkit/provider-suite';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { openKeys } from '../src/keys.ts';
import { partOfStore } from '../src/part-of-store.ts';
import { registerClient } from './client.ts';
import { startWithGithub } from './github.ts';
import { secret, sqliteFile } from './stores.ts';

/** The bridge as the issuer of any token: one that somebody made who has its key. */
async function issuerOf(
  standIn: StandIn,
  storeUrl: string,
  publicUrl: string,
  good: string,
): Promise<StandIn> {
  await using store = await createSealedStore(await openStore(storeUrl), [secret]);
  const { signing } = await openKeys(partOfStore(store, publicUrl));
  const privateKey = createPrivateKey({ key: signing, format: 'jwk' });
  const { kid, alg } = signing;
  const { sub, sid, client_id } = decodeJwt(good);
  return {
    ...standIn,
    issuer: publicUrl,
    origin: publicUrl,
    signingKey: () => ({ ...standIn.signingKey(), privateKey, kid, alg }),
    validClaims: (changes) => standIn.validClaims({ iss: publicUrl, sub, sid, client_id, ...changes }),
    signJwt: (claims, { header, ...options } = {}) =>
      standIn.signJwt(claims, { key: privateKey, alg, ...options, header: { kid, ...header } }),
  };
}

it('accepts no hostile token, not even one that has its own signature', async () => {
  await using file = await sqliteFile();
  await using bridge = await startWithGithub({ settings: { storeUrl: file.url, bridgeSecret: [secret] } });
  const { connection, publicUrl, resource } = bridge;
  const { access_token: good } = await (await registerClient(publicUrl)).signIn('ada');
  await using standIn = await startStandIn({ signingAlg: 'ES256' });
  const issuer = await issuerOf(standIn, file.url, publicUrl, good);
  const forged = issuer.signJwt(issuer.validClaims({ aud: resource }));
  await expect(connection.verifyAccessToken(forged, { resource })).resolves.toMatchObject({
    subject: 'github:1005',
  });

  const rows = await hostileTokens(issuer, { resource });
  expect(rows.length).toBeGreaterThan(100);
  for (const { name, token, expectedCode } of rows) {
    const verdict = await connection.verifyAccessToken(token, { resource }).catch((error: unknown) => error);
    expect(verdict, name).toMatchObject({ status: 401, ...(expectedCode && { code: expectedCode }) });
  }
});

describe('a connection to a bridge', () => {
  testIsolation({
    tokenCacheSeconds: ['60', '0'],
    start: async (seconds) => {
      const bridge = await startWithGithub({ settings: { tokenCacheSeconds: Number(seconds) } });
      const { access_token: token } = await (await registerClient(bridge.publicUrl)).signIn('ada');
      return {
        connection: bridge.connection,
        token,
        [Symbol.asyncDispose]: () => bridge[Symbol.asyncDispose](),
      };
    },
  });
});
