import { hash } from 'node:crypto';
import { TokenRefusedError } from '../errors.ts';

/** How many sessions and users that were logged out are remembered; each takes some 200 bytes. */
const MAX_LOGOUTS = 100_000;
/** A token that does not say when it was issued (`iat`) is taken to live no longer than this, in seconds. */
const LONGEST_LIFETIME_SECONDS = 24 * 3_600;
/** An IdP may tell of a logout before it has ended the session: for so long its word is asked for at each call, in milliseconds. */
const SETTLING_MS = 10_000;
/** Ids from the IdP that are longer are kept by their hash, in characters. */
const MAX_ID_LENGTH = 100;

/** Who was logged out at the IdP: one session, or all of a user (OpenID Connect Back-Channel Logout §2.4). */
export interface Logout {
  subject: string | undefined;
  sessionId: string | undefined;
  /** When, by the IdP's clock, in seconds since the epoch. */
  issuedAt: number;
}

/** A token as far as a logout looks at it: by what was proved of it, never by what userinfo adds. */
export interface LogoutTarget {
  subject: string;
  sessionId?: string | undefined;
  /** Seconds since the epoch. */
  issuedAt?: number | undefined;
  /** Seconds since the epoch. */
  expiresAt?: number | undefined;
}

/** That a logout ended a token, or may have. */
export interface Ending {
  /** Only the IdP can say: the token does not tell its session or its time, or the logout was forgotten. */
  uncertain: boolean;
  /** `revoked` */
  refusal: TokenRefusedError;
}

/** The logouts that the IdP has told this server of. */
export interface Logouts {
  record(logout: Logout): void;
  /** Has a function called with each logout, once it is recorded. */
  subscribe(listener: (logout: Logout) => void): void;
  /** How many came so far: by this a judgement knows which it was before. */
  count(): number;
  /** Whether a logout of its user or session has come since there were `count`. */
  outdates(token: LogoutTarget, count: number): boolean;
  /** Whether a logout came so shortly before that the IdP's word on the token may not be its last. */
  isSettling(token: LogoutTarget): boolean;
  /** The logout that a token was issued before; nothing where it was issued after every one of its user. */
  endingOf(token: LogoutTarget): Ending | undefined;
}

interface ReceivedLogout {
  issuedAt: number;
  /** By this clock, in milliseconds since the epoch. */
  receivedAt: number;
  number: number;
}

/**
 * Remembers logouts, the latest of each session and user. What is forgotten for newer ones leaves a watermark: a
 * token from before it may be of anybody who was forgotten.
 */
export function rememberLogouts(max = MAX_LOGOUTS): Logouts {
  const remembered = new Map<string, ReceivedLogout>();
  let watermark: ReceivedLogout | undefined;
  let count = 0;

  const remember = (key: string, logout: ReceivedLogout) => {
    const latest = later(remembered.get(key), logout);
    // At the end, as the newest.
    remembered.delete(key);
    remembered.set(key, latest);
    const [oldest] = remembered.size > max ? remembered : [];
    if (oldest === undefined) return;
    remembered.delete(oldest[0]);
    watermark = later(watermark, oldest[1]);
  };
  /** Those that a token may have been ended by, and whether that hangs on its time alone. */
  const logoutsOf = ({ subject, sessionId }: LogoutTarget) => {
    if (count === 0) return [];
    const certain = sessionId === undefined ? [user(subject)] : [session(sessionId), user(subject)];
    return [
      ...certain.map((key) => ({ logout: remembered.get(key), certain: true })),
      { logout: sessionId === undefined ? remembered.get(someSession(subject)) : undefined, certain: false },
      { logout: watermark, certain: false },
    ].flatMap(({ logout, certain }) => (logout === undefined ? [] : [{ logout, certain }]));
  };
  const endingsOf = (token: LogoutTarget) =>
    logoutsOf(token).filter(({ logout }) => earliestIssue(token) <= logout.issuedAt);
  const listeners: ((logout: Logout) => void)[] = [];

  return {
    record: (received) => {
      const { subject, sessionId, issuedAt } = received;
      count += 1;
      const logout = { issuedAt, receivedAt: Date.now(), number: count };
      if (sessionId !== undefined) remember(session(sessionId), logout);
      if (subject !== undefined)
        remember(sessionId === undefined ? user(subject) : someSession(subject), logout);
      for (const listener of listeners) listener(received);
    },
    subscribe: (listener) => void listeners.push(listener),
    count: () => count,
    outdates: (token, since) => count > since && logoutsOf(token).some(({ logout }) => logout.number > since),
    isSettling: (token) =>
      endingsOf(token).some(({ logout }) => logout.receivedAt > Date.now() - SETTLING_MS),
    endingOf: (token) => {
      const endings = endingsOf(token);
      const ending = endings.find(({ certain }) => certain) ?? endings[0];
      if (ending === undefined) return undefined;
      const uncertain = !ending.certain || token.issuedAt === undefined;
      const refusal = new TokenRefusedError('revoked', describeEnding(ending.logout, token, watermark));
      return { uncertain, refusal };
    },
  };
}

/** They may come in another order than they happened. */
function later(known: ReceivedLogout | undefined, next: ReceivedLogout): ReceivedLogout {
  return { ...next, issuedAt: Math.max(next.issuedAt, known?.issuedAt ?? next.issuedAt) };
}

function earliestIssue({ issuedAt, expiresAt }: LogoutTarget): number {
  return issuedAt ?? (expiresAt ?? Number.NEGATIVE_INFINITY) - LONGEST_LIFETIME_SECONDS;
}

function describeEnding(
  logout: ReceivedLogout,
  { issuedAt }: LogoutTarget,
  watermark: ReceivedLogout | undefined,
): string {
  const when = new Date(logout.issuedAt * 1000).toISOString();
  if (issuedAt === undefined) {
    return `does not say when it was issued, so maybe before the logout of ${when}, that the identity provider reported; have the IdP put \`iat\` into its access tokens (RFC 9068 section 2.2)`;
  }
  return logout === watermark
    ? `issued before ${when}, and the logouts until then, that the identity provider reported, were too many to remember: its own may be one of them`
    : `issued before the logout that the identity provider reported (${when})`;
}

const session = (id: string) => `session ${bounded(id)}`;
const user = (subject: string) => `user ${bounded(subject)}`;
/** For tokens that name no session: they may be of the one that ended. */
const someSession = (subject: string) => `some session of ${bounded(subject)}`;
const bounded = (id: string) => (id.length > MAX_ID_LENGTH ? `#${hash('sha256', id, 'base64')}` : id);
