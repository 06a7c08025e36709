import { createRemoteJWKSet, jwtVerify } from 'jose';
import { expect, it } from 'vitest';
import { attackerKeysPath, hostileTokens, type SigningAlg, startStandIn } from '../src/index.ts';

const resource = 'http://localhost:3001/mcp';

const algs: SigningAlg[] = ['RS256', 'ES256', 'EdDSA'];
it.each(algs)(
  'forges tokens that are each wrong in one thing, for an IdP that signs with %s',
  async (signingAlg) => {
    await using idp = await startStandIn({ issuerPath: '/oidc', signingAlg });
    const rows = await hostileTokens(idp, { resource });
    expect(rows.length).toBeGreaterThan(300);
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    expect(new Set(rows.map(({ token }) => token)).size).toBe(rows.length);
    expect(rows.map(({ token }) => token)).not.toContain('');

    const keys = createRemoteJWKSet(new URL(idp.jwksUrl));
    const accepts = (token: string) =>
      jwtVerify(token, keys, { issuer: idp.issuer, audience: resource, typ: 'at+jwt' }).then(
        () => true,
        () => false,
      );
    expect(await accepts(idp.signJwt(idp.validClaims({ aud: resource })))).toBe(true);

    // What jose alone takes: these rows are for the checks that a resource server adds to it.
    const accepted: string[] = [];
    for (const { name, token } of rows) if (await accepts(token)) accepted.push(name);
    expect(accepted).toEqual([
      'exp missing',
      'exp beyond any number',
      'iat in an hour',
      'iat missing under at+jwt',
      'client_id missing under at+jwt',
      'sub missing',
      ...['is empty', 'is blank', 'is an object', 'is a list', 'is true', 'is null'].map(
        (what) => `sub ${what}`,
      ),
      ...['a claim of its own', 'objects', 'sub'].map((what) => `claims nested thousands deep: ${what}`),
      'sub twice, "" last',
      'sub twice, ["ada"] last',
      'cnf twice, {"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2Hg last',
      ...['__proto__', 'constructor'].flatMap((holder) =>
        ['sub', 'exp'].map((name) => `${name} only in ${holder}`),
      ),
      `aud is ${JSON.stringify([resource, { toString: resource }])}`,
      'scope is {"openid":true}',
      'scope is 42',
      'scope is [["openid"]]',
      'scp is {"0":"openid"}',
      'sub: half a character, escaped',
      'sub: white space that is not a space',
      'payload after a byte order mark',
      'bound to a DPoP key',
      'bound to a client certificate',
      'sub: a run of spaces',
      'token_use: a run',
    ]);
    expect(idp.requests.count(attackerKeysPath)).toBe(0);
  },
);
