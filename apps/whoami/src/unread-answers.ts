import type { Request, Response } from 'express';
import { holderOf } from './holder.ts';

/** Answers that are shorter are not counted, in bytes: most calls pay nothing. */
const MIN_COUNTED_BYTES = 2 * 1024;
/** What may wait for the clients of one subject, or address without one, on all of their connections, in bytes. */
export const MAX_UNREAD_BYTES = 16 * 1024 * 1024;

/** Long answers that their clients have not read yet. */
export interface UnreadAnswers {
  /**
   * Counts an answer until the system has taken all of it.
   *
   * @param size in bytes.
   * @returns whether it may be sent: not while too much waits for the same subject, or address without one.
   */
  admit(request: Request, response: Response, size: number): boolean;
}

/**
 * A client that calls on many connections and reads none of them has a bounded part of the memory.
 *
 * @param limit for each subject, in bytes.
 */
export function countUnreadAnswers(limit: number): UnreadAnswers {
  const unread = new Map<string, number>();
  const of = (holder: string) => unread.get(holder) ?? 0;
  const remove = (holder: string, size: number) => {
    const rest = of(holder) - size;
    if (rest > 0) unread.set(holder, rest);
    else unread.delete(holder);
  };
  return {
    admit: (request, response, size) => {
      if (size < MIN_COUNTED_BYTES || response.destroyed) return true;
      const holder = holderOf(request);
      if (of(holder) + size > limit) return false;
      unread.set(holder, of(holder) + size);
      response.once('close', () => remove(holder, size));
      return true;
    },
  };
}
