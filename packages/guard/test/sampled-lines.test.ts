import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sampleLines } from '../src/index.ts';
import { captureLog } from './captured-log.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const start = () => {
  const { logger, records } = captureLog();
  const sampled = sampleLines(logger);
  return {
    sampled,
    records,
    refuse: (address: string, reason = 'expired', times = 1) => {
      for (let index = 0; index < times; index += 1) sampled.warn({ reason, address }, `refused ${index}`);
    },
  };
};

describe('lines with a reason', () => {
  it('are written until they are a flood, and what is left out is counted', () => {
    const { refuse, records } = start();
    refuse('192.0.2.1', 'expired', 1_000);
    expect(records()).toHaveLength(20);
    expect(records()[0]).toMatchObject({ level: 40, reason: 'expired', msg: 'refused 0' });
    vi.advanceTimersByTime(60_000);
    expect(records()).toHaveLength(21);
    expect(records()[20]).toMatchObject({
      level: 40,
      reason: 'expired',
      omitted: 980,
      address: '192.0.2.1',
      msg: '980 more lines like this were left out within 60 seconds; most were caused by 192.0.2.1',
    });
    refuse('192.0.2.1');
    expect(records()).toHaveLength(22);
    vi.advanceTimersByTime(120_000);
    expect(records()).toHaveLength(22);
  });

  it('of one caller hide neither another caller nor another reason', () => {
    const { refuse, records } = start();
    refuse('192.0.2.1', 'expired', 1_000);
    refuse('192.0.2.2');
    refuse('192.0.2.1', 'revoked');
    expect(records().slice(20)).toMatchObject([
      { reason: 'expired', address: '192.0.2.2' },
      { reason: 'revoked', address: '192.0.2.1' },
    ]);
  });

  it('are bounded for all callers together', () => {
    const { refuse, records } = start();
    for (let index = 0; index < 10_000; index += 1) refuse(`10.0.${index >> 8}.${index & 255}`);
    expect(records()).toHaveLength(200);
    vi.advanceTimersByTime(60_000);
    expect(records()[200]).toMatchObject({ omitted: 9_800 });
  });

  it('of one customer’s IPv6 network are one caller’s', () => {
    const { refuse, records } = start();
    for (let index = 1; index <= 100; index += 1) refuse(`2001:db8::${index}`);
    expect(records()).toHaveLength(20);
    for (let index = 1; index <= 100; index += 1) refuse(`2001:db8:0:${index}::1`);
    expect(records()).toHaveLength(20);
    refuse('192.0.2.1');
    expect(records()).toHaveLength(21);
  });

  it('of no caller are bounded too, whatever their level', () => {
    const { sampled, records } = start();
    for (let index = 0; index < 100; index += 1) {
      sampled.info({ reason: 'credentials_missing' }, 'no token');
      sampled.error({ reason: 'internal_error' }, 'failed');
    }
    expect(records()).toHaveLength(40);
  });
});

it('lines without a reason are all written', () => {
  const { sampled, records } = start();
  for (let index = 0; index < 100; index += 1) sampled.info({ subject: 'ada' }, 'served');
  expect(records()).toHaveLength(100);
});
