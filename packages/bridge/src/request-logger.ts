import { AsyncLocalStorage } from 'node:async_hooks';
import type { WarningLogger } from '@mcp-whoami/provider';

/** A logger whose lines say of which request they are. */
export interface RequestLogger extends WarningLogger {
  /** Does something for a request: what is logged meanwhile has its details. */
  during(details: object, action: () => void): void;
}

export function createRequestLogger(logger: WarningLogger): RequestLogger {
  const current = new AsyncLocalStorage<object>();
  return {
    warn: (details, message) => logger.warn({ ...current.getStore(), ...details }, message),
    during: (details, action) => current.run(details, action),
  };
}
