import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { TokenRefusedError } from '../errors.ts';
import { excessOf, type JsonObject, jsonObject, parseJson } from '../json.ts';

/**
 * Whether a token begins with a JSON header: then it is judged as a JWT and as nothing else. Looked at as loosely
 * as a lenient IdP may decode it, or a mangled JWT would escape the checks here and pass there. Only a complete
 * JWE (RFC 7516 §7.1) is opaque to this server.
 */
export function looksLikeJwt(token: string): boolean {
  const parts = token.split('.');
  const header = jsonObject.safeParse(parseJson(Buffer.from(parts[0] ?? '', 'base64url').toString())).data;
  if (header === undefined || parts.length === 1) return false;
  return !(parts.length === 5 && typeof header.enc === 'string' && /^[\w.-]+$/.test(token));
}

/** JWS compact serialization (RFC 7515 §7.1); an empty signature is for `alg: none`, which is refused by name. */
const compactSerialization = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** What a JOSE header says of the token. */
const joseHeader = z.looseObject({
  alg: z.unknown().optional(),
  typ: z.string().optional(),
  crit: z.unknown().optional(),
});

/** @throws {TokenRefusedError} `malformed_token` */
export function decodeHeader(token: string) {
  if (!compactSerialization.test(token)) {
    refuse('not three base64url parts (RFC 7515 section 7.1)');
  }
  const parsed = joseHeader.safeParse(decodeStrictly(token.split('.')[0] ?? ''));
  if (parsed.success) return parsed.data;
  return refuse('its header is no JOSE header (RFC 7515 section 4)');
}

/** @throws {TokenRefusedError} `malformed_token` */
export function decodePayload(payload: string | Uint8Array): JsonObject {
  const claims = decodeStrictly(payload);
  if (claims !== undefined) return claims;
  return refuse('its payload is no JSON object in UTF-8 (RFC 7519 section 7.2)');
}

/** For a part that is judged: bytes that are no UTF-8 are not read as something else (RFC 7519 §7.2). */
function decodeStrictly(part: string | Uint8Array): JsonObject | undefined {
  const bytes = typeof part === 'string' ? Buffer.from(part, 'base64url') : part;
  const decoded = isUtf8(bytes)
    ? jsonObject.safeParse(parseJson(Buffer.from(bytes).toString())).data
    : undefined;
  const excess = excessOf(decoded);
  return excess === undefined ? decoded : refuse(excess);
}

function refuse(logMessage: string): never {
  throw new TokenRefusedError('malformed_token', logMessage);
}
