import { LRUCache } from 'lru-cache';
import { steadyClock } from '../steady-clock.ts';
import type { Verdict } from './verdict.ts';

/** How many verdicts of each kind are remembered: a flood of bad tokens never pushes out a good one. */
export const MAX_VERDICTS = 10_000;
/** How many bytes the accepted ones may take together, about. */
const MAX_SIZE = 32 * 1024 * 1024;
/** What one subject may have of both, so that one user does not push out the others. */
const MAX_VERDICTS_OF_SUBJECT = 100;
const MAX_SIZE_OF_SUBJECT = 512 * 1024;

/** Accepted verdicts by a key. */
export interface VerdictStore {
  get(key: string): Verdict | undefined;
  /** One that is larger than its subject's share is not kept; else the subject's own oldest make room. */
  set(key: string, verdict: Verdict, ttl: number): void;
}

/** The verdicts of one subject: the size of each by its key, the oldest first. */
interface Share {
  sizes: Map<string, number>;
  total: number;
}

export function createVerdictStore(): VerdictStore {
  const shares = new Map<string, Share>();
  const leaveShare = ({ info: { subject }, size }: Verdict, key: string) => {
    const share = shares.get(subject);
    if (share === undefined || !share.sizes.delete(key)) return;
    share.total -= size;
    if (share.sizes.size === 0) shares.delete(subject);
  };
  const verdicts = new LRUCache<string, Verdict>({
    ...steadyClock,
    max: MAX_VERDICTS,
    maxSize: MAX_SIZE,
    sizeCalculation: ({ size }) => size,
    dispose: leaveShare,
  });
  return {
    get: (key) => verdicts.get(key),
    set: (key, verdict, ttl) => {
      verdicts.delete(key);
      const { size, info } = verdict;
      if (size > MAX_SIZE_OF_SUBJECT) return;
      const share = shares.get(info.subject) ?? { sizes: new Map<string, number>(), total: 0 };
      for (const oldest of share.sizes.keys()) {
        if (share.total + size <= MAX_SIZE_OF_SUBJECT && share.sizes.size < MAX_VERDICTS_OF_SUBJECT) break;
        verdicts.delete(oldest);
      }
      verdicts.set(key, verdict, { ttl });
      // It left with the last verdict that made room.
      shares.set(info.subject, share);
      share.sizes.set(key, size);
      share.total += size;
    },
  };
}
