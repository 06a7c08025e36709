import type { FaultAnswer } from '../../stand-in/faults.ts';

/**
 * A fault for the endpoints of the API: the rate limit is used up. It says when to come back in
 * `x-ratelimit-reset` (s since the epoch), here in so many seconds.
 */
export const githubRateLimit = (seconds = 60): FaultAnswer => ({
  status: 403,
  headers: {
    'x-ratelimit-limit': '5000',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + seconds),
  },
  body: {
    message: 'API rate limit exceeded for user ID 1005.',
    documentation_url: 'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api',
    status: '403',
  },
});

/** A fault for the endpoints of the API: too much at once. The count of what is left does not show it. */
export const githubSecondaryRateLimit = (seconds = 60): FaultAnswer => ({
  status: 403,
  headers: { 'retry-after': String(seconds), 'x-ratelimit-remaining': '4999' },
  body: {
    message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
    documentation_url: 'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api',
    status: '403',
  },
});
