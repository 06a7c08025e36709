export type { GuardLogger } from './core/guard-logger.ts';
export { createFetchGuard, type FetchGuard, type FetchGuardOptions } from './fetch/create-fetch-guard.ts';
