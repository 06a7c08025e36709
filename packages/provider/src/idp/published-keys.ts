import { z } from 'zod';
import { excessOf, parseJson } from '../json.ts';
import { isOutage, outageError } from './answer.ts';
import { type IdpAnswer, IdpRequestError } from './request.ts';

/** Whatever else is wrong with a key, jose finds when a token names it. */
const jwk = z.looseObject({ kty: z.string() });

/**
 * What is not an object is not a key (RFC 7517 §5: implementations should ignore what they do not understand), and
 * jose would refuse the whole set for it.
 */
const keySet = z.object({
  keys: z
    .array(z.unknown())
    .transform((keys) =>
      keys.flatMap((key) => (excessOf(key) === undefined ? (jwk.safeParse(key).data ?? []) : [])),
    )
    .refine((keys) => keys.length > 0),
});

/** An issuer that signs has a key: an answer with none says nothing of any token, and takes back none that is known. */
export function readKeys(url: string, answer: IdpAnswer) {
  if (isOutage(answer.status)) throw outageError(url, answer);
  if (answer.status !== 200) throw new IdpRequestError(url, `answers ${answer.status}`);
  const parsed = keySet.safeParse(parseJson(answer.body));
  if (!parsed.success) throw new IdpRequestError(url, 'publishes no keys');
  return parsed.data;
}
