import { randomUUID } from 'node:crypto';
import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import type { Response } from 'express';
import { withShortError } from './short-errors.ts';

/** How long a client may take to read the end of its stream, in milliseconds. */
const END_TIMEOUT_MS = 5_000;

/** The answers of a server as server-sent events. */
export interface SseStream {
  id: string;
  /** For the server that speaks on it; it begins when that connects. */
  transport: Transport;
  /** Has the server take a message of the client. */
  receive(message: JSONRPCMessage, authInfo: AuthInfo | undefined): void;
  /** What waits for the client, here and in the socket, in bytes. */
  unread(): number;
  /** Ends it once the client has read what waits for it. */
  end(): void;
  /** Ends it at once. */
  cut(): void;
}

/**
 * Makes a stream of an answer (MCP 2024-11-05, "HTTP with SSE"). Instead of the SDK's deprecated transport, which
 * writes on and on to a client that reads nothing.
 *
 * @param messagesPath where the client sends its messages.
 * @param onSent is called after each message that was written.
 */
export function createSseStream(response: Response, messagesPath: string, onSent: () => void): SseStream {
  const id = randomUUID();
  // Bytes instead of texts: a socket counts the characters of those.
  const write = (event: string, data: string) =>
    void response.write(Buffer.from(`event: ${event}\ndata: ${data}\n\n`));
  const transport: Transport = {
    start: async () => {
      response.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-cache, no-transform',
        Connection: 'keep-alive',
      });
      write('endpoint', `${messagesPath}?sessionId=${id}`);
      // A stream may be silent for as long as its client likes.
      response.socket?.setTimeout(0);
    },
    send: async (message) => {
      if (response.writableEnded || response.destroyed) return;
      write('message', JSON.stringify(withShortError(message)));
      onSent();
    },
    close: async () => transport.onclose?.(),
  };
  return {
    id,
    transport,
    receive: (message, authInfo) => transport.onmessage?.(message, authInfo && { authInfo }),
    unread: () => response.writableLength,
    end: () => {
      response.end();
      response.socket?.setTimeout(END_TIMEOUT_MS);
    },
    cut: () => void response.destroy(),
  };
}
