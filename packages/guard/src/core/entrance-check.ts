import type { GuardLogger } from './guard-logger.ts';

/** Knows which requests have passed the entrance. */
export interface EntranceCheck {
  passed(request: object): void;
  /** Says in the log, once, that a request came to a protected route without. */
  require(request: object, details: () => object): void;
}

/**
 * Makes the check that a guard's entrance stands before what it protects: without it nothing would look wrong, but
 * no client finds out where to sign in, and Host and Origin are not checked.
 *
 * @param mend how to put it there.
 */
export function createEntranceCheck(logger: GuardLogger, mend: string): EntranceCheck {
  const entered = new WeakSet<object>();
  let said = false;
  return {
    passed: (request) => void entered.add(request),
    require: (request, details) => {
      if (said || entered.has(request)) return;
      said = true;
      logger.error(
        { ...details(), reason: 'entrance_missing' },
        `a request came to a protected route without passing the entrance of the guard: its Host and Origin were not checked, pages get no CORS, and unless the entrance stands elsewhere, clients do not find the metadata that says where to sign in. ${mend}`,
      );
    },
  };
}
