import type { GuardLogger } from '@mcp-whoami/guard';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import type { Request, RequestHandler, Response } from 'express';
import { createMcpServer } from './mcp-server.ts';

/** What streams may take. */
export interface SseLimits {
  /** How many may be open at once, and how many of them one subject's. */
  sessions: number;
  sessionsOfSubject: number;
  /** How long one may be open without a message from its client, which has to initialize, in milliseconds. */
  firstMessage: number;
}

const limitsByDefault: SseLimits = { sessions: 1_000, sessionsOfSubject: 100, firstMessage: 30_000 };

/** Seconds after which a client may try again when there are that many. */
const RETRY_AFTER_SECONDS = 10;

interface SseSession {
  transport: SSEServerTransport;
  /** Issuer and subject that opened it; nothing where nobody has to sign in. */
  owner: string | undefined;
  /** Ends it, unless its client says something. */
  deadline: NodeJS.Timeout;
}

export interface SseSessions {
  /** `GET /sse`: opens a stream, which ends with its connection. */
  open: RequestHandler;
  /** `POST /messages?sessionId=`: a message for a stream, from the subject that opened it. */
  receive: RequestHandler;
  closeAll(): Promise<void>;
}

/** The deprecated HTTP+SSE transport (MCP 2024-11-05), for old clients. */
export function createSseSessions(
  logger: GuardLogger,
  limits: Partial<SseLimits> = {},
  /** Where clients find `receive`, from the root of the host. */
  messagesPath = '/messages',
): SseSessions {
  const { sessions: maximum, sessionsOfSubject, firstMessage } = { ...limitsByDefault, ...limits };
  const sessions = new Map<string, SseSession>();
  const refuse = (response: Response, status: number, reason: string, message: string) => {
    logger.warn({ requestId: response.locals.requestId, reason, status }, message);
    response.status(status).json({ jsonrpc: '2.0', error: { code: -32000, message }, id: null });
  };
  return {
    open: async (request, response) => {
      const owner = ownerOf(request);
      const own =
        owner === undefined ? 0 : [...sessions.values()].filter((one) => one.owner === owner).length;
      if (sessions.size >= maximum || own >= sessionsOfSubject) {
        response.set('Retry-After', String(RETRY_AFTER_SECONDS));
        return refuse(response, 503, 'too_many_sessions', 'Too many open streams');
      }
      // The client may have left while its token was judged, and a connection closes only once.
      if (response.destroyed) return;
      const transport = new SSEServerTransport(messagesPath, response);
      const deadline = setTimeout(() => void transport.close(), firstMessage);
      sessions.set(transport.sessionId, { transport, owner, deadline });
      const server = createMcpServer();
      // A stream may be silent for as long as its client likes.
      request.socket.setTimeout(0);
      response.on('close', () => {
        clearTimeout(deadline);
        sessions.delete(transport.sessionId);
        void server.close();
      });
      await server.connect(transport);
    },
    receive: async (request, response) => {
      const session = sessions.get(String(request.query.sessionId));
      // The same answer for a session that is not there and for another's: it tells nobody which there are.
      if (session === undefined || session.owner !== ownerOf(request)) {
        return refuse(response, 404, 'session_not_found', 'Session not found');
      }
      clearTimeout(session.deadline);
      await session.transport.handlePostMessage(request, response, request.body);
    },
    closeAll: async () => {
      await Promise.all([...sessions.values()].map(({ transport }) => transport.close()));
    },
  };
}

function ownerOf({ auth }: Request): string | undefined {
  return auth && JSON.stringify([auth?.issuer, auth?.subject]);
}
