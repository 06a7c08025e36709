import { refuse } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Prove } from './proof.ts';

/** Puts around a proof the question whether what the token was given for still holds. */
export function requireHolding(
  prove: Prove,
  stillHolds: ((claims: JsonObject) => Promise<boolean>) | undefined,
): Prove {
  if (stillHolds === undefined) return prove;
  return async (token, caller) => {
    const proved = await prove(token, caller);
    if (!(await stillHolds(proved.claims)))
      refuse(
        'revoked',
        'what the token was given for has ended: it was revoked, or the user may no longer come',
      );
    return proved;
  };
}
