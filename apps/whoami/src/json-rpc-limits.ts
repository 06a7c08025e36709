import { MAX_ECHO_LENGTH } from './short-errors.ts';

/** The one version of the protocol that has batches. */
const BATCH_VERSION = '2025-03-26';
/** How many messages one may have: each is answered with as much as the claims of a user are. */
const MAX_BATCH_LENGTH = 10;

/** A message is repeated by its id only, so that has the bound of every text that is repeated. */
const longId = `An id has at most ${MAX_ECHO_LENGTH} characters`;

/**
 * What is wrong with a body, beyond what the SDK looks at; nothing for what it may look at.
 *
 * @param version what `MCP-Protocol-Version` says. A request without it is taken for one of 2025-03-26, which does
 *   not have that header yet (MCP 2025-06-18, "Protocol Version Header").
 */
export function faultOfBody(body: unknown, version?: string | string[]): string | undefined {
  if (!Array.isArray(body)) return hasLongId(body) ? longId : undefined;
  if (version !== undefined && version !== BATCH_VERSION) {
    return `Batches are part of protocol version ${BATCH_VERSION} only`;
  }
  // JSON-RPC 2.0 §6.
  if (body.length === 0) return 'A batch has at least one message';
  if (body.length > MAX_BATCH_LENGTH) return `A batch has at most ${MAX_BATCH_LENGTH} messages`;
  // MCP 2025-03-26, "Lifecycle", Initialization.
  if (body.some(isInitialize)) return 'An initialize request is never part of a batch';
  // A request that is cancelled has no answer, and the SDK would wait for all of a batch without end.
  if (body.some(isCancellation)) return 'A batch cancels nothing';
  return body.some(hasLongId) ? longId : undefined;
}

function hasLongId(message: unknown): boolean {
  return isObject(message) && typeof message.id === 'string' && message.id.length > MAX_ECHO_LENGTH;
}

function isInitialize(message: unknown): boolean {
  return isObject(message) && message.method === 'initialize';
}

function isCancellation(message: unknown): boolean {
  return isObject(message) && message.method === 'notifications/cancelled';
}

function isObject(value: unknown): value is { id?: unknown; method?: unknown } {
  return typeof value === 'object' && value !== null;
}
