import { type AccessTokenInfo, type Caller, TokenRefusedError } from '@mcp-whoami/provider';

/** Judges a token again. Throws {@link TokenRefusedError} when it is no longer valid. */
export type Judge = (token: string, caller: Caller) => Promise<AccessTokenInfo>;

/** How soon a token that could not be judged is judged again, and for how long its stream goes on, in milliseconds. */
const RETRY_MS = 10_000;
const MAX_UNDECIDED_MS = 300_000;
/** The longest time until the next look, and the shortest, in milliseconds: a timer has 31 bits. */
const MAX_DELAY_MS = 24 * 3_600_000;
const MIN_DELAY_MS = 1_000;

/** The token for which a stream is open. */
export interface WatchedToken {
  /** Says who: of issuer, subject and session. */
  info(): AccessTokenInfo;
  /** Takes a later token of the same subject in its place. */
  renew(info: AccessTokenInfo): void;
  /**
   * Judges it again.
   *
   * @param undecidedEnds whether it has to be proved good, as after a logout.
   */
  lookAgain(undecidedEnds?: boolean): Promise<void>;
  stop(): void;
}

/**
 * Judges a token again when it expires, where the IdP names no expiry every minute, and tells once when it is good no
 * more. While the IdP cannot be asked it is taken for good for five minutes.
 */
export function watchToken(
  first: AccessTokenInfo,
  judge: (token: string) => Promise<AccessTokenInfo>,
  onEnd: (why: string) => void,
): WatchedToken {
  let info = first;
  let undecidedSince: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const stop = () => {
    stopped = true;
    clearTimeout(timer);
  };
  const schedule = (delay: number) => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => void lookAgain(), delay);
  };
  const scheduleExpiry = () => {
    const left = info.expiresAt * 1000 - Date.now();
    schedule(Math.min(Math.max(left, MIN_DELAY_MS), MAX_DELAY_MS));
  };
  const renew = (other: AccessTokenInfo) => {
    if (other.expiresAt >= info.expiresAt) info = other;
  };
  const lookAgain = async (undecidedEnds = false) => {
    const judged = info;
    try {
      renew(await judge(judged.token));
      undecidedSince = undefined;
      scheduleExpiry();
    } catch (error) {
      if (stopped) return;
      // It was renewed meanwhile: that token is another.
      if (info !== judged) return void lookAgain(undecidedEnds);
      if (error instanceof TokenRefusedError) return onEnd(`${error.message}: ${error.logMessage}`);
      undecidedSince ??= performance.now();
      const tooLong = performance.now() - undecidedSince >= MAX_UNDECIDED_MS;
      if (undecidedEnds || tooLong) return onEnd('its token could not be judged again');
      schedule(RETRY_MS);
    }
  };
  scheduleExpiry();
  return { info: () => info, renew, lookAgain, stop };
}
