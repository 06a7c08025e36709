import { headerValues } from '@mcp-whoami/guard';
import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js';
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { isJsonContentType } from '@modelcontextprotocol/sdk/shared/mediaType.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  type JSONRPCRequest,
  JSONRPCRequestSchema,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/sdk/types.js';
import type { Request } from 'express';
import { withShortError } from './short-errors.ts';

/**
 * The one JSON-RPC request that a POST carries, if it passes every check of the SDK's transport for Streamable
 * HTTP, so that its answer is one JSON object. Nothing for whatever else: what is refused, a batch, a notification
 * or a response.
 */
export function readSingleRequest(request: Request): JSONRPCRequest | undefined {
  const { headers, body } = request;
  const { accept = '', 'content-type': contentType = '', 'mcp-protocol-version': version } = headers;
  if (!accept.includes('application/json') || !accept.includes('text/event-stream')) return undefined;
  // Node keeps the first of several types; the transport takes none of them.
  if (!isJsonContentType(contentType) || headerValues(request, 'content-type').length > 1) return undefined;
  if (version !== undefined && !SUPPORTED_PROTOCOL_VERSIONS.includes(String(version))) return undefined;
  const { success, data } = JSONRPCRequestSchema.safeParse(body);
  return success ? data : undefined;
}

/**
 * Has a server answer one request. The tool answers at once, so there is nothing to end when a client leaves
 * before its answer.
 */
export async function answerSingleRequest(
  server: Server,
  message: JSONRPCRequest,
  authInfo: AuthInfo | undefined,
  send: (json: string) => void,
): Promise<void> {
  const transport: Transport = {
    start: async () => {},
    close: async () => transport.onclose?.(),
    send: async (answer) => {
      // Only a stream could carry requests and notifications to the client.
      if ('method' in answer) return;
      send(JSON.stringify(withShortError(answer)));
    },
  };
  await server.connect(transport);
  transport.onmessage?.(message, authInfo && { authInfo });
}
