import { createHmac } from 'node:crypto';
import { compactJws, generateSigningKey } from '../stand-in/signing.ts';
import type { StandIn } from '../stand-in/start.ts';
import { hostileClaims } from './claims.ts';
import { hostileEncryption } from './encrypted.ts';
import { hostileHeaders } from './headers.ts';
import { hostileJson } from './json.ts';
import { longRuns } from './long-runs.ts';
import type { Forge, HostileToken } from './row.ts';
import { hostileShapes } from './shapes.ts';
import { hostileSignatures } from './signatures.ts';
import { hostileText } from './text.ts';
import { otherTokenKinds } from './token-kinds.ts';

/** Path, at the stand-in's origin, that the attacker's `jku` and `x5u` point to: nobody may ask for it. */
export const attackerKeysPath = '/attacker/keys';

/**
 * Tokens that a server for `resource` may never accept, whoever signed them. Each differs from a good token,
 * `idp.signJwt(idp.validClaims({ aud: resource }))`, in one thing.
 */
export const hostileTokens = async (
  idp: StandIn,
  { resource }: { resource: string },
): Promise<HostileToken[]> => {
  const attacker = await generateSigningKey(idp.signingKey().alg);
  const claims: Forge['claims'] = (changes) => idp.validClaims({ aud: resource, ...changes });
  const forge: Forge = {
    idp,
    resource,
    attacker,
    attackerKeysUrl: `${idp.origin}${attackerKeysPath}`,
    claims,
    without: (...names) =>
      Object.fromEntries(Object.entries(claims()).filter(([name]) => !names.includes(name))),
    signed: (payload, header = {}) => idp.signJwt(payload, { header }),
    attacked: (payload, header = {}) =>
      idp.signJwt(payload, {
        key: attacker.privateKey,
        alg: attacker.alg,
        header: { kid: attacker.kid, ...header },
      }),
    hmac: (secret, header = {}, digest = 'sha256') =>
      compactJws({ alg: 'HS256', typ: 'at+jwt', kid: idp.signingKey().kid, ...header }, claims(), (input) =>
        createHmac(digest, secret).update(input).digest(),
      ),
  };
  return [
    hostileSignatures,
    hostileHeaders,
    hostileClaims,
    hostileJson,
    hostileText,
    otherTokenKinds,
    hostileEncryption,
    hostileShapes,
    longRuns,
  ].flatMap((rows) => rows(forge));
};
