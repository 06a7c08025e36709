import type { JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { TokenRefusedError, VerificationUndecidedError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { quote } from '../printable.ts';
import { decodePayload, requireHeader } from './jwt-parts.ts';
import { requireAlgorithm, verifySignature } from './verify-signature.ts';

/** What a signed answer must say of itself (OpenID Connect Core §5.3.2). */
const signedClaims = z.looseObject({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  exp: z.number().optional(),
});

/** The client's metadata that has the IdP answer so (OpenID Connect Registration §2). */
const settings = { signing: 'userinfo_signed_response_alg', encryption: 'userinfo_encrypted_response_alg' };

/** The claims of a signed answer, and the clients that it is for. */
export interface SignedUserinfo {
  claims: JsonObject;
  audience: string[];
}

/**
 * Makes the reading of userinfo answers of the type `application/jwt` (OpenID Connect Core §5.3.2): signed by the
 * issuer's keys and from it. Whether the answer is for the client that the token was issued to, the caller knows.
 *
 * The function throws {@link VerificationUndecidedError} for one that cannot be read or is not proved, which says
 * nothing of the token, and tells `warn` why.
 */
export function createSignedUserinfoReader(
  keys: JWTVerifyGetKey | undefined,
  issuer: string,
  warn: (reason: string) => void,
) {
  const unreadable = (reason: string, cause: keyof typeof settings): never => {
    const text = `the userinfo answer is ${reason} (OpenID Connect Core section 5.3.2); have the IdP answer in plain JSON, without \`${settings[cause]}\` at the client`;
    warn(text);
    throw new VerificationUndecidedError(text);
  };
  return async (jwt: string): Promise<SignedUserinfo> => {
    if (jwt.split('.').length === 5) {
      return unreadable('encrypted for the client, so this server cannot read it', 'encryption');
    }
    if (keys === undefined) {
      return unreadable('signed, and the IdP publishes no keys to verify it by', 'signing');
    }
    const claims = await verify(jwt, keys);
    if (claims instanceof TokenRefusedError) {
      return unreadable(`a JWT that is not proved: ${claims.logMessage}`, 'signing');
    }
    const parsed = signedClaims.safeParse(claims).data;
    if (parsed === undefined) {
      return unreadable('signed without the `iss` and `aud` that it must have', 'signing');
    }
    const { iss, aud, exp } = parsed;
    if (iss !== issuer) return unreadable(`signed by ${quote(iss)} instead of ${quote(issuer)}`, 'signing');
    if (exp !== undefined && exp <= Date.now() / 1000)
      return unreadable('signed, and has expired', 'signing');
    return { claims, audience: [aud].flat() };
  };
}

async function verify(jwt: string, keys: JWTVerifyGetKey): Promise<JsonObject | TokenRefusedError> {
  try {
    requireAlgorithm(requireHeader(jwt).alg);
    return decodePayload(await verifySignature(jwt, keys));
  } catch (error) {
    if (error instanceof TokenRefusedError) return error;
    throw error;
  }
}
