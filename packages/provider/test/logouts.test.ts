import { describe, expect, it } from 'vitest';
import { rememberLogouts } from '../src/token/logouts.ts';

/** Logouts of users, one a second. */
const recorded = (max: number, total: number) => {
  const logouts = rememberLogouts(max);
  for (let second = 1; second <= total; second += 1) {
    logouts.record({ subject: `user ${second}`, sessionId: undefined, issuedAt: second });
  }
  return logouts;
};

describe('logouts', () => {
  it('that are forgotten leave a watermark, before which a token may be of anybody', () => {
    const logouts = recorded(10, 15);
    const endingOf = (subject: string, issuedAt: number) => logouts.endingOf({ subject, issuedAt });
    expect(endingOf('user 3', 2)).toMatchObject({ uncertain: true, refusal: { code: 'revoked' } });
    expect(endingOf('nobody', 5)?.refusal.logMessage).toContain('too many to remember');
    expect(endingOf('nobody', 6)).toBeUndefined();
    expect(endingOf('user 6', 6)).toMatchObject({ uncertain: false });
    expect(endingOf('user 6', 7)).toBeUndefined();
  });

  it('that are not forgotten leave no watermark', () => {
    expect(recorded(10, 10).endingOf({ subject: 'nobody', issuedAt: 0 })).toBeUndefined();
  });

  it('of one user take one place, and the watermark is the latest that was forgotten', () => {
    const logouts = rememberLogouts(2);
    for (let second = 1; second <= 10; second += 1) {
      logouts.record({ subject: 'ada', sessionId: undefined, issuedAt: second });
    }
    expect(logouts.endingOf({ subject: 'nobody', issuedAt: 0 })).toBeUndefined();
    for (const subject of ['b', 'c', 'd']) logouts.record({ subject, sessionId: undefined, issuedAt: 5 });
    expect(logouts.endingOf({ subject: 'nobody', issuedAt: 10 })).toMatchObject({ uncertain: true });
    expect(logouts.endingOf({ subject: 'nobody', issuedAt: 11 })).toBeUndefined();
  });

  it('outdate what was judged before them, and nothing of others', () => {
    const logouts = rememberLogouts();
    const before = logouts.count();
    logouts.record({ subject: 'ada', sessionId: 's1', issuedAt: 1 });
    expect(logouts.outdates({ subject: 'ada' }, before)).toBe(true);
    expect(logouts.outdates({ subject: 'ada', sessionId: 's1' }, before)).toBe(true);
    expect(logouts.outdates({ subject: 'ada', sessionId: 's2' }, before)).toBe(false);
    expect(logouts.outdates({ subject: 'grace' }, before)).toBe(false);
    expect(logouts.outdates({ subject: 'ada' }, logouts.count())).toBe(false);
  });

  it('tell ids of any length apart', () => {
    const logouts = rememberLogouts();
    const long = 'a'.repeat(10_000);
    logouts.record({ subject: `${long}1`, sessionId: undefined, issuedAt: 1 });
    expect(logouts.endingOf({ subject: `${long}1`, issuedAt: 1 })).toBeDefined();
    expect(logouts.endingOf({ subject: `${long}2`, issuedAt: 1 })).toBeUndefined();
  });
});
