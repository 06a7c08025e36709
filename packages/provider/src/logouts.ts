import { LRUCache } from 'lru-cache';
import type { AccessTokenInfo } from './access-token-info.ts';
import { TokenRefusedError } from './errors.ts';

/** How many logouts are remembered, and for how long, in milliseconds: no access token should live longer. */
const MAX_LOGOUTS = 10_000;
const LOGOUT_LIFETIME_MS = 24 * 3_600_000;

/** Who was logged out at the IdP: one session, or all of a user (OpenID Connect Back-Channel Logout §2.4). */
export interface Logout {
  subject: string | undefined;
  sessionId: string | undefined;
  /** When, by the IdP's clock, in seconds since the epoch. */
  issuedAt: number;
}

/** A verdict as far as a logout looks at it. */
type Affected = Pick<AccessTokenInfo, 'subject' | 'claims' | 'provedBy'>;

/** The logouts that the IdP has told this server of. */
export interface Logouts {
  record(logout: Logout): void;
  /** Has a function called with each logout, once it is recorded. */
  subscribe(listener: (logout: Logout) => void): void;
  /** Whether a verdict that was asked for at a time (ms) is from before a logout of its user or session. */
  outdates(info: Affected, judgedAt: number): boolean;
  /**
   * Refuses a token that was issued before a logout, where only its signature speaks for it. Where the IdP itself
   * was asked, it knows of the logout.
   *
   * @throws {TokenRefusedError} `revoked`
   */
  refuseEnded(info: Affected): void;
}

export function rememberLogouts(): Logouts {
  const remembered = new LRUCache<string, { issuedAt: number; receivedAt: number }>({
    max: MAX_LOGOUTS,
    ttl: LOGOUT_LIFETIME_MS,
    // The system's clock, in place of the cache's own.
    perf: { now: () => Date.now() },
  });
  const remember = (key: string, issuedAt: number) => {
    // They may come in another order than they happened.
    const latest = Math.max(issuedAt, remembered.get(key)?.issuedAt ?? issuedAt);
    remembered.set(key, { issuedAt: latest, receivedAt: Date.now() });
  };
  const logoutsOf = ({ subject, claims: { sid } }: Affected) => {
    if (remembered.size === 0) return [];
    const keys =
      typeof sid === 'string' ? [session(sid), user(subject)] : [user(subject), someSession(subject)];
    return keys.flatMap((key) => remembered.get(key) ?? []);
  };
  const listeners: ((logout: Logout) => void)[] = [];
  return {
    record: (logout) => {
      const { subject, sessionId, issuedAt } = logout;
      if (sessionId !== undefined) remember(session(sessionId), issuedAt);
      if (subject !== undefined) {
        remember(sessionId === undefined ? user(subject) : someSession(subject), issuedAt);
      }
      for (const listener of listeners) listener(logout);
    },
    subscribe: (listener) => void listeners.push(listener),
    outdates: (info, judgedAt) => logoutsOf(info).some(({ receivedAt }) => receivedAt >= judgedAt),
    refuseEnded: (info) => {
      if (info.provedBy !== 'jwt') return;
      const { iat } = info.claims;
      const logout = logoutsOf(info).find(({ issuedAt }) => typeof iat !== 'number' || iat <= issuedAt);
      if (logout === undefined) return;
      throw new TokenRefusedError(
        'revoked',
        `issued before the logout of which the IdP told (${new Date(logout.issuedAt * 1000).toISOString()})`,
      );
    },
  };
}

const session = (id: string) => `session ${id}`;
const user = (subject: string) => `user ${subject}`;
/** For tokens that name no session: they may be of the one that ended, and a client gets another in one request. */
const someSession = (subject: string) => `some session of ${subject}`;
