/** @typedef {Record<string, unknown>} JsonObject */

/**
 * A JSON object, or an empty one for anything else: what others send is looked into, never trusted.
 *
 * @param {unknown} value
 * @returns {JsonObject}
 */
export function objectOf(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(Object.entries(value));
}

/**
 * @param {string} text
 * @returns {unknown} nothing when it is not JSON
 */
export function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * @param {unknown} value
 * @returns {string | undefined} a string that says something
 */
export function textOf(value) {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * The payload of a JWT, unverified: to show it, not to believe it.
 *
 * @param {string} token
 * @returns {JsonObject | undefined} nothing for a token that is none
 */
export function jwtPayload(token) {
  const [, payload] = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(token) ?? [];
  if (payload === undefined) return undefined;
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
      character.charCodeAt(0),
    );
    return objectOf(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return undefined;
  }
}
