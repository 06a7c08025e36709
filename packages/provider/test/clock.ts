import { onTestFinished, vi } from 'vitest';

const begin = (faked: ('Date' | 'setTimeout' | 'clearTimeout')[], seconds: number) => {
  vi.useFakeTimers({ toFake: faked, now: Date.now() + seconds * 1000 });
  onTestFinished(() => void vi.useRealTimers());
};

/** Lets the system's clock run on by seconds; then it stands still, until the test ends. */
export const pass = (seconds: number): void => begin(['Date'], seconds);

/** Clock and timers run only when the test has them. */
export const holdTimers = (): void => begin(['Date', 'setTimeout', 'clearTimeout'], 0);
