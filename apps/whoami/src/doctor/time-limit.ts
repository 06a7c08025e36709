/** Thrown by {@link withinTime}. */
export class TimeLimitError extends Error {
  override name = 'TimeLimitError';
}

/**
 * Waits for so many milliseconds at most. What comes later is left alone.
 *
 * @throws {TimeLimitError}
 */
export async function withinTime<Result>(limit: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeLimitError(`not done within ${limit} ms`)), limit);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
