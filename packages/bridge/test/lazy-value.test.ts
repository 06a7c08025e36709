import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLazyValue } from '../src/upstream/lazy-value.ts';

const hour = 3_600_000;

describe('a value that is fetched when it is needed', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => void vi.useRealTimers());

  /** Answers with the number of the question, or fails. */
  const counted = () => {
    const state = { asked: 0, fails: false };
    const get = createLazyValue(async () => {
      state.asked += 1;
      if (state.fails) throw new Error('down');
      return state.asked;
    });
    return { state, get };
  };

  it('is fetched once by all who ask at once, and again after an hour', async () => {
    const { state, get } = counted();
    expect(state.asked).toBe(0);
    expect(await Promise.all([get(), get(), get()])).toEqual([1, 1, 1]);
    vi.advanceTimersByTime(hour - 1);
    expect(await get()).toBe(1);
    vi.advanceTimersByTime(1);
    expect(await get()).toBe(2);
  });

  it('is asked for again at once after a failure', async () => {
    const { state, get } = counted();
    state.fails = true;
    await expect(get()).rejects.toThrow('down');
    state.fails = false;
    expect(await get()).toBe(2);
  });

  it('goes on to serve while it cannot be fetched again, for a day, and is tried once a minute', async () => {
    const { state, get } = counted();
    await get();
    state.fails = true;
    vi.advanceTimersByTime(hour);
    expect(await get()).toBe(1);
    expect(await get()).toBe(1);
    expect(state.asked).toBe(2);
    vi.advanceTimersByTime(60_000);
    expect(await get()).toBe(1);
    expect(state.asked).toBe(3);
    vi.advanceTimersByTime(23 * hour);
    await expect(get()).rejects.toThrow('down');
    state.fails = false;
    expect(await get()).toBe(5);
  });
});
