import { objectOf } from './json.js';

/** @import { JsonObject } from './json.js' */

/** The revision of MCP that a client of today opens with: each request names it, and there is no handshake. */
export const STATELESS_REVISION = '2026-07-28';
/** The newest of the revisions that begin with a handshake, which a client of today falls back to. */
export const HANDSHAKE_REVISION = '2025-11-25';

const UNSUPPORTED_PROTOCOL_VERSION = -32022;

/** Statuses of a refusal that says nothing of revisions: the same request may be served another time. */
const refusals = [401, 403, 429];

/**
 * What an answer to `server/discover` says of the revisions that a server speaks, as clients of today judge it (MCP
 * 2026-07-28, "Versioning and Compatibility"): whatever is neither a refusal nor the new revision's own is the answer
 * of a server that begins with a handshake, which may be any error.
 *
 * @param {number} status
 * @param {JsonObject} answer
 * @returns {{ speaks: 'stateless' | 'handshake' | 'newer' | 'unknown', supported: string[] }}
 */
export function revisionsIn(status, answer) {
  if (refusals.includes(status) || status >= 500) return { speaks: 'unknown', supported: [] };
  const error = objectOf(answer.error);
  const offered = versionsIn(objectOf(answer.result).supportedVersions);
  if (offered.includes(STATELESS_REVISION)) return { speaks: 'stateless', supported: offered };
  const supported =
    error.code === UNSUPPORTED_PROTOCOL_VERSION ? versionsIn(objectOf(error.data).supported) : offered;
  const newer = supported.length > 0 && supported.every((version) => version > STATELESS_REVISION);
  return { speaks: newer ? 'newer' : 'handshake', supported };
}

/** @param {unknown} list */
function versionsIn(list) {
  return (Array.isArray(list) ? list : []).filter((version) => typeof version === 'string');
}
