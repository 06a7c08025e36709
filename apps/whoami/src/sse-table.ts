import type { SseStream } from './sse-stream.ts';
import type { WatchedToken } from './sse-token.ts';

/** What streams may take. */
export interface SseLimits {
  /** How many may be open at once, and how many of them one holder's: a subject, or an address without one. */
  sessions: number;
  sessionsOfHolder: number;
  /** How long one may be open without a message from its client, which has to initialize, in milliseconds. */
  firstMessage: number;
  /** What may wait to be read on one, and on all of one holder, in bytes. */
  unread: number;
  unreadOfHolder: number;
}

export const limitsByDefault: SseLimits = {
  sessions: 1_000,
  sessionsOfHolder: 100,
  firstMessage: 30_000,
  unread: 1024 * 1024,
  unreadOfHolder: 4 * 1024 * 1024,
};

export interface SseSession {
  stream: SseStream;
  /** Issuer and subject that opened it; nothing where nobody has to sign in. */
  owner: string | undefined;
  /** Whose streams it is counted with. */
  holder: string;
  /** From where it was opened. */
  address: string;
  /** When its client spoke for the last time, in milliseconds. */
  heardAt: number;
  /** Ends it, unless its client says something. */
  deadline: NodeJS.Timeout;
  token: WatchedToken | undefined;
}

/** The open streams, and the bounds on what they take. */
export interface SseTable {
  get(id: string): SseSession | undefined;
  all(): SseSession[];
  add(session: SseSession): void;
  remove(session: SseSession): void;
  /** Whether a holder may open one more; `replaced` has to end first. */
  admit(holder: string): { admitted: boolean; replaced?: SseSession | undefined };
  /** Whether more waits to be read on a stream, or on all of its holder, than may. */
  isOverfull(session: SseSession): boolean;
}

export function createSseTable(limits: SseLimits): SseTable {
  const sessions = new Map<string, SseSession>();
  const sessionsOf = (holder: string) =>
    [...sessions.values()].filter((session) => session.holder === holder);
  return {
    get: (id) => sessions.get(id),
    all: () => [...sessions.values()],
    add: (session) => void sessions.set(session.stream.id, session),
    remove: ({ stream }) => void sessions.delete(stream.id),
    admit: (holder) => {
      const own = sessionsOf(holder).length;
      if (own >= limits.sessionsOfHolder) return { admitted: false };
      if (sessions.size < limits.sessions) return { admitted: true };
      const byHolder = [...Map.groupBy(sessions.values(), (session) => session.holder).values()];
      const most = byHolder.reduce((one, other) => (other.length > one.length ? other : one), []);
      // Between those who have as many, none has to make room for another.
      if (most.length <= own + 1) return { admitted: false };
      const replaced = most.reduce((one, other) => (other.heardAt < one.heardAt ? other : one));
      return { admitted: true, replaced };
    },
    isOverfull: ({ stream, holder }) => {
      const unread = stream.unread();
      if (unread > limits.unread) return true;
      // Only once a client is behind are all streams of its holder added up.
      if (unread < limits.unread / 8) return false;
      return sessionsOf(holder).reduce((sum, one) => sum + one.stream.unread(), 0) > limits.unreadOfHolder;
    },
  };
}
