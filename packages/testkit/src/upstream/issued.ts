import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';

/** Codes or tokens of one kind, and what each stands for. */
export type Issued<Meaning> = {
  /** Never ends where no lifetime (ms) is given. */
  issue: (prefix: string, meaning: Meaning, lifetime?: number) => string;
  /** Undefined for one that is unknown, ended or over its lifetime. */
  find: (value: string | null | undefined) => Meaning | undefined;
  end: (value: string) => void;
  /** Ends those that stand for such, the youngest `keep` of them excepted. */
  endWhere: (matches: (meaning: Meaning) => boolean, keep?: number) => void;
};

export const createIssued = <Meaning>(clock: Clock): Issued<Meaning> => {
  const alive = new Map<string, { meaning: Meaning; until: number }>();
  return {
    issue: (prefix, meaning, lifetime = Number.POSITIVE_INFINITY) => {
      const value = prefix + randomBytes(27).toString('base64url');
      alive.set(value, { meaning, until: clock.now() + lifetime });
      return value;
    },
    find: (value) => {
      const entry = alive.get(value ?? '');
      return entry && entry.until > clock.now() ? entry.meaning : undefined;
    },
    end: (value) => void alive.delete(value),
    endWhere: (matches, keep = 0) => {
      const matching = [...alive].filter(([, { meaning }]) => matches(meaning));
      for (const [value] of matching.slice(0, Math.max(0, matching.length - keep))) alive.delete(value);
    },
  };
};
