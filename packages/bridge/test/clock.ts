import { onTestFinished, vi } from 'vitest';

/** Lets the system's clock run on by seconds; from then on it stands still, until the test ends. */
export const pass = (seconds: number): void => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });
  onTestFinished(() => void vi.useRealTimers());
};

export const minutes = (count: number): number => count * 60;
export const days = (count: number): number => count * 86_400;
