/** Bytes of randomness: 43 characters, the least that RFC 7636 §4.1 allows for a verifier. */
const RANDOM_BYTES = 32;

/** A value that nobody can guess, for `state` and `code_verifier`. */
export function randomValue() {
  return base64url(crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)));
}

/**
 * The S256 challenge of a verifier (RFC 7636 §4.2).
 *
 * @param {string} verifier
 */
export async function challengeOf(verifier) {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

/** @param {Uint8Array} bytes */
function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
