import { callerOf } from './caller.ts';
import type { GuardLogger } from './guard-logger.ts';

/** How long lines are counted together, in milliseconds. */
const WINDOW_MS = 60_000;
/** How many lines with one reason are written meanwhile: for one caller, and for all of them. */
const MAX_OF_CALLER = 20;
const MAX_OF_REASON = 200;

/** Lines with one reason. */
interface Tally {
  written: number;
  omitted: number;
  /** Lines by caller, those that were left out too. */
  callers: Map<string, number>;
}

/**
 * Bounds what strangers can write into a log: of lines with the same `reason` the first 20 of a caller (`address`),
 * and 200 of all callers, are written in a minute, and one at its end that counts the rest. Lines without a reason
 * are all written.
 */
export function sampleLines(logger: GuardLogger): GuardLogger {
  const tallies = new Map<string, Tally>();
  const endWindow = () => {
    for (const [reason, { omitted, callers }] of tallies) {
      if (omitted === 0) continue;
      const [[address = ''] = []] = [...callers].sort(([, one], [, other]) => other - one);
      logger.warn(
        { reason, omitted, ...(address && { address }) },
        `${omitted} more lines like this were left out within ${WINDOW_MS / 1000} seconds${address && `; most were caused by ${address}`}`,
      );
    }
    tallies.clear();
  };
  const isWritten = (reason: string, caller: string): boolean => {
    // Elsewhere than in Node a timer is a number, and keeps nothing alive.
    if (tallies.size === 0) setTimeout(endWindow, WINDOW_MS).unref?.();
    const tally = tallies.get(reason) ?? { written: 0, omitted: 0, callers: new Map() };
    tallies.set(reason, tally);
    const before = tally.callers.get(caller) ?? 0;
    const written = before < MAX_OF_CALLER && tally.written < MAX_OF_REASON;
    if (written) tally.written += 1;
    else tally.omitted += 1;
    // Who was never written about is not counted by itself: there may be any number of them.
    if (written || before > 0) tally.callers.set(caller, before + 1);
    return written;
  };
  const sampled =
    (level: 'info' | 'warn' | 'error') =>
    (details: { reason?: unknown; address?: unknown }, message?: string): void => {
      const { reason, address } = details;
      // The widest network: a site has any number of narrow ones, and would use up the lines of all callers.
      const caller = typeof address === 'string' ? (callerOf(address).at(-1) ?? '') : '';
      if (typeof reason !== 'string' || isWritten(reason, caller)) logger[level](details, message);
    };
  return { info: sampled('info'), warn: sampled('warn'), error: sampled('error') };
}
