import { accessTokenOf, callerOf, type GuardLogger, requestDetails, SERVER_ERROR } from '@mcp-whoami/guard';
import { JSONRPCMessageSchema } from '@modelcontextprotocol/sdk/types.js';
import type { Request, RequestHandler } from 'express';
import { holderOf, ownerOf } from './holder.ts';
import { faultOfBody } from './json-rpc-limits.ts';
import { refuse } from './json-rpc-refusal.ts';
import { createMcpServer } from './mcp-server.ts';
import { createSseStream } from './sse-stream.ts';
import { createSseTable, limitsByDefault, type SseLimits, type SseSession } from './sse-table.ts';
import { type Judge, watchToken } from './sse-token.ts';

export type { SseLimits } from './sse-table.ts';

/** Seconds after which a client may try again when there are too many. */
const RETRY_AFTER_SECONDS = 10;

export interface SseOptions {
  logger: GuardLogger;
  /** Judges the token of a stream again; nothing where nobody has to sign in. */
  judge?: Judge | undefined;
  /** Where clients find `receive`, from the root of the host; `/messages` otherwise. */
  messagesPath?: string;
  limits?: Partial<SseLimits>;
}

export interface SseSessions {
  /** `GET /sse`: opens a stream, which ends with its connection, its token or the logout of its owner. */
  open: RequestHandler;
  /** Before the guard of `/messages`: a stream for which a token is refused there has its own judged again. */
  noticeRefusals: RequestHandler;
  /** `POST /messages?sessionId=`: a message for a stream, from the subject that opened it. */
  receive: RequestHandler;
  /** Has the tokens of a user or session that was logged out at the IdP judged again. */
  logOut(logout: { subject?: string | undefined; sessionId?: string | undefined }): void;
  closeAll(): void;
}

/** The deprecated HTTP+SSE transport (MCP 2024-11-05), for old clients. */
export function createSseSessions({
  logger,
  judge,
  messagesPath = '/messages',
  limits,
}: SseOptions): SseSessions {
  const bounds = { ...limitsByDefault, ...limits };
  const table = createSseTable(bounds);
  const find = (request: Request) => table.get(String(request.query.sessionId));
  const forget = (session: SseSession) => {
    clearTimeout(session.deadline);
    session.token?.stop();
    table.remove(session);
  };
  const end = (session: SseSession, reason: string, why: string, how: 'end' | 'cut' = 'end') => {
    forget(session);
    session.stream[how]();
    logger.info({ reason, address: session.address }, `ended a stream: ${why}`);
  };

  return {
    open: async (request, response) => {
      const auth = accessTokenOf(request);
      const owner = ownerOf(request);
      const caller = callerOf(request.ip);
      const holder = holderOf(request);
      const { admitted, replaced } = table.admit(holder);
      if (!admitted) {
        response.set('Retry-After', String(RETRY_AFTER_SECONDS));
        const message = 'Too many open streams';
        const refusal = { status: 503, reason: 'too_many_sessions', code: SERVER_ERROR, message };
        return refuse(request, response, logger, refusal);
      }
      // The client may have left while its token was judged, and a connection closes only once.
      if (response.destroyed) return;
      if (replaced)
        end(replaced, 'stream_replaced', 'there were too many, and its client was silent for longest');
      const session: SseSession = {
        stream: createSseStream(response, messagesPath, () => {
          if (table.isOverfull(session)) end(session, 'stream_unread', 'its client does not read', 'cut');
        }),
        owner,
        holder,
        address: requestDetails(request, response).address,
        heardAt: performance.now(),
        deadline: setTimeout(
          () => end(session, 'stream_silent', 'its client said nothing'),
          bounds.firstMessage,
        ),
        token:
          auth &&
          judge &&
          watchToken(
            auth,
            (token) => judge(token, caller),
            (why) => end(session, 'stream_token_ended', why),
          ),
      };
      table.add(session);
      const server = createMcpServer();
      response.on('close', () => {
        forget(session);
        void server.close();
      });
      await server.connect(session.stream.transport);
    },
    noticeRefusals: (request, response, next) => {
      const session = find(request);
      if (session?.token !== undefined) {
        response.on('finish', () => {
          if (response.statusCode === 401) void session.token?.lookAgain();
        });
      }
      next();
    },
    receive: (request, response) => {
      const session = find(request);
      // The same answer for a session that is not there and for another's: it tells nobody which there are.
      if (session === undefined || session.owner !== ownerOf(request)) {
        const message = 'Session not found';
        const refusal = { status: 404, reason: 'session_not_found', code: SERVER_ERROR, message };
        return refuse(request, response, logger, refusal);
      }
      const message = Array.isArray(request.body)
        ? undefined
        : JSONRPCMessageSchema.safeParse(request.body).data;
      if (message === undefined || faultOfBody(message) !== undefined) {
        const text = 'The body is not one JSON-RPC message';
        return refuse(request, response, logger, { status: 400, reason: 'invalid_request', message: text });
      }
      clearTimeout(session.deadline);
      session.heardAt = performance.now();
      const auth = accessTokenOf(request);
      if (auth) session.token?.renew(auth);
      session.stream.receive(message, auth);
      response.status(202).end('Accepted');
    },
    logOut: ({ subject, sessionId }) => {
      for (const { token } of table.all()) {
        const owner = token?.info();
        const affected =
          owner?.subject === subject || (sessionId !== undefined && owner?.sessionId === sessionId);
        // After a logout an answer that is none counts against it.
        if (affected) void token?.lookAgain(true);
      }
    },
    closeAll: () => {
      for (const session of table.all()) {
        forget(session);
        session.stream.end();
      }
    },
  };
}
