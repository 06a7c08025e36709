import { PROTOCOL_VERSION_META_KEY } from '@modelcontextprotocol/server';
import type { Request } from 'express';

/** The first revision of MCP without a handshake: each request names its own version and capabilities. */
export const STATELESS_REVISION = '2026-07-28';

/**
 * Whether a POST is of the revisions without a handshake: its header names one of them, or a message of its body
 * names a version in `_meta`, whichever that is (MCP 2026-07-28, "Versioning and Compatibility"). Neither `Mcp-Method`
 * nor an `initialize` that asks for such a revision is a sign of it: clients of the older ones send both.
 */
export function isStateless({ headers, body }: Request): boolean {
  const version = headers['mcp-protocol-version'];
  if (version !== undefined && version >= STATELESS_REVISION) return true;
  return Array.isArray(body) ? body.some(namesVersion) : namesVersion(body);
}

function namesVersion(message: unknown): boolean {
  const meta = memberOf(memberOf(message, 'params'), '_meta');
  return memberOf(meta, PROTOCOL_VERSION_META_KEY) !== undefined;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
