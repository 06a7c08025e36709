import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { refuse, type TokenForm } from '../errors.ts';
import { excessOf, type JsonObject, jsonObject, parseJson } from '../json.ts';

/** JWS compact serialization (RFC 7515 §7.1); an empty signature is for `alg: none`, which is refused by name. */
const compactSerialization = /^[\w-]+\.[\w-]+\.[\w-]*$/;

const NO_HEADER = 'its header is not a JOSE header (RFC 7515 section 4)';

/** What a JOSE header says of the token. */
const joseHeader = z.looseObject({
  alg: z.unknown().optional(),
  kid: z.unknown().optional(),
  typ: z.string().optional(),
  crit: z.unknown().optional(),
});

export type JoseHeader = z.output<typeof joseHeader>;

/**
 * The header of a token that begins with one: it is judged as a JWT and as nothing else. Looked at as loosely as a
 * lenient IdP may decode it, or a mangled JWT would escape the checks here and pass there. Nothing for a token that is
 * opaque to this server, as a complete JWE (RFC 7516 §7.1) is.
 *
 * @throws {TokenRefusedError} `malformed_token` for one that is not well-formed.
 */
export function headerOf(token: string): JoseHeader | undefined {
  const read = looselyRead(token);
  const { parts, bytes, header } = read;
  if (header === undefined || parts.length === 1 || isEncrypted(read)) return undefined;
  requireCompact(token);
  const parsed = joseHeader.safeParse(isUtf8(bytes) ? withinLimits(header) : undefined);
  return parsed.success ? parsed.data : refuse('malformed_token', NO_HEADER);
}

function looselyRead(token: string) {
  const parts = token.split('.');
  const bytes = Buffer.from(parts[0] ?? '', 'base64url');
  return { parts, bytes, header: jsonObject.safeParse(parseJson(bytes.toString())).data };
}

function isEncrypted({ parts, header }: ReturnType<typeof looselyRead>): boolean {
  return (
    parts.length === 5 && typeof header?.enc === 'string' && parts.every((part) => /^[\w-]*$/.test(part))
  );
}

/** The form of a token that has no such header. */
export function formOf(token: string): TokenForm {
  return isEncrypted(looselyRead(token)) ? 'encrypted_token' : 'opaque_token';
}

/** @throws {TokenRefusedError} `malformed_token` for one that does not begin with a header too. */
export function requireHeader(token: string): JoseHeader {
  requireCompact(token);
  return headerOf(token) ?? refuse('malformed_token', NO_HEADER);
}

function requireCompact(token: string) {
  if (!compactSerialization.test(token))
    refuse('malformed_token', 'not three base64url parts (RFC 7515 section 7.1)');
}

/** @throws {TokenRefusedError} `malformed_token` */
export function decodePayload(payload: string | Uint8Array): JsonObject {
  const claims = decodeStrictly(payload);
  if (claims !== undefined) return claims;
  return refuse('malformed_token', 'its payload is not a JSON object in UTF-8 (RFC 7519 section 7.2)');
}

/** For a part that is judged: bytes that are not UTF-8 are not read as something else (RFC 7519 §7.2). */
function decodeStrictly(part: string | Uint8Array): JsonObject | undefined {
  const bytes = typeof part === 'string' ? Buffer.from(part, 'base64url') : part;
  const json = isUtf8(bytes) ? parseJson(Buffer.from(bytes).toString()) : undefined;
  return withinLimits(jsonObject.safeParse(json).data);
}

function withinLimits<Decoded>(decoded: Decoded): Decoded {
  const excess = excessOf(decoded);
  return excess === undefined ? decoded : refuse('malformed_token', excess);
}
