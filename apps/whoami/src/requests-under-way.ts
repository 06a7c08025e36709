import type { RequestListener } from 'node:http';

/** The requests that a server has not answered yet. */
export interface RequestsUnderWay {
  listener: RequestListener;
  /** Resolves when there are none, and after a time (ms) in any case. */
  none(timeout: number): Promise<void>;
}

/** Counts the requests that a listener has not answered. */
export function countRequests(listener: RequestListener): RequestsUnderWay {
  let underWay = 0;
  let onNone = () => {};
  const countDown = () => {
    underWay -= 1;
    if (underWay === 0) onNone();
  };
  return {
    listener: (request, response) => {
      underWay += 1;
      response.once('close', countDown);
      listener(request, response);
    },
    none: (timeout) => {
      if (underWay === 0) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, timeout);
        onNone = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
  };
}
