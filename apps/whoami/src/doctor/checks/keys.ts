import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { asymmetricAlgorithms } from '@mcp-whoami/provider/idp';
import { z } from 'zod';
import type { Check } from '../check.ts';
import { type Finding, ok, skipped } from '../finding.ts';
import { networkFailure } from '../network-failure.ts';
import { jsonOf, outcomeOf, probe } from '../probe.ts';

/** Bits of an RSA key that are enough (RFC 7518 §3.3). */
const LEAST_RSA_BITS = 2048;

const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() }).or(z.unknown())) });
const jwk = z.looseObject({ kty: z.string(), use: z.unknown(), alg: z.unknown(), kid: z.unknown() });

const why = 'The signature of a JWT access token is proved by them: without, each such token is refused.';

/** Whether the keys that sign access tokens can be had and used (RFC 7517). */
export const keysCheck: Check = {
  title: 'Keys',
  run: async ({ subject, view, answers }) => {
    const url = view?.metadata?.jwks_uri;
    if (view?.metadata === undefined || (view.isOwn && subject.isEmbedded && answers?.isUp !== true)) {
      return [skipped('keys', 'The keys of the authorization server.', 'It is not known, or not up.')];
    }
    if (url === undefined) {
      const others =
        'Tokens are then proved by introspection or userinfo; the warnings say whether they can be.';
      return [
        {
          id: 'keys.none',
          severity: 'warning',
          title: 'The metadata names no keys (jwks_uri).',
          why: others,
        },
      ];
    }
    const asked = await probe(view.reach(url));
    const parsed = keySet.safeParse(jsonOf(asked));
    if (asked.answer?.status !== 200 || !parsed.success || parsed.data.keys.length === 0) {
      const failure = networkFailure(asked.error);
      const title =
        asked.answer?.status === 200
          ? `There are no keys at ${view.reach(url)}.`
          : `The keys cannot be had: ${outcomeOf(asked)}.`;
      const mend = failure?.mend ?? ['Look at that URL: it has to answer {"keys":[…]} (RFC 7517 section 5).'];
      return [{ id: 'keys.missing', severity: 'error', title, why, mend }];
    }
    return [judgeKeys(parsed.data.keys)];
  },
};

function judgeKeys(keys: readonly unknown[]): Finding {
  const forSignatures = keys.filter((key) => jwk.safeParse(key).data?.use !== 'enc');
  const usable = forSignatures.filter(isUsable);
  if (usable.length > 0) {
    const ofAll = `${usable.length} of ${forSignatures.length}`;
    return ok('keys.usable', `Its keys can be had, and ${ofAll} for signatures can be used.`);
  }
  return {
    id: 'keys.unusable',
    severity: 'error',
    title: `None of its ${keys.length} keys can prove a signature here.`,
    why,
    mend: [
      `Sign access tokens by an asymmetric algorithm (RS256, ES256, …); RSA keys of ${LEAST_RSA_BITS} bits at least.`,
    ],
  };
}

function isUsable(key: unknown): boolean {
  const parsed = jwk.safeParse(key);
  if (!parsed.success) return false;
  const { alg } = parsed.data;
  if (typeof alg === 'string' && !asymmetricAlgorithms.includes(alg)) return false;
  try {
    const { asymmetricKeyDetails } = createPublicKey({ key: parsed.data as JsonWebKey, format: 'jwk' });
    return (asymmetricKeyDetails?.modulusLength ?? LEAST_RSA_BITS) >= LEAST_RSA_BITS;
  } catch {
    return false;
  }
}
