/** Seconds after which a client may try again when the store did not answer. */
const RETRY_AFTER_SECONDS = 5;

/**
 * The store did not answer, or not in time: nothing is known of the record, and a write may have been made or not.
 *
 * Frameworks that know HTTP errors by `status` and `headers`, Express among them, answer 503. It carries no stack: it
 * is an answer, not a defect.
 */
export class StoreUnavailableError extends Error {
  readonly code = 'store_unavailable';
  /** Which store, and what happened; no password. */
  readonly logMessage: string;
  readonly status = 503;
  readonly headers: Readonly<Record<string, string>> = { 'Retry-After': String(RETRY_AFTER_SECONDS) };

  constructor(logMessage: string, cause?: unknown) {
    const text = 'The store cannot be asked at the moment';
    super(text, cause === undefined ? undefined : { cause });
    this.name = 'StoreUnavailableError';
    this.logMessage = logMessage;
    this.stack = `${this.name}: ${text}`;
  }
}

/** One setting that is wrong, and how to put it right. */
export interface StoreProblem {
  /** Which setting: the URL of the store, or the secret that seals it. */
  setting: 'url' | 'secret';
  expected: string;
  /** Without the password, and never the secret. */
  found: string;
  /** A value that works. */
  example: string;
}

/** The store cannot be opened with these settings. */
export class StoreConfigurationError extends Error {
  readonly code = 'store_configuration_invalid';
  readonly problem: StoreProblem;

  constructor(problem: StoreProblem, cause?: unknown) {
    const { setting, expected, found, example } = problem;
    super(
      `The ${setting} of the store does not work: ${found}\n  expected: ${expected}\n  example:  ${example}`,
      {
        cause,
      },
    );
    this.name = 'StoreConfigurationError';
    this.problem = problem;
  }
}

/** Whether an error says its kind so. */
export const hasCode = (error: unknown, code: string) =>
  error instanceof Error && 'code' in error && error.code === code;

/** Whether an error is a {@link StoreUnavailableError}, also of another copy of this package. */
export const isStoreUnavailable = (error: unknown): error is StoreUnavailableError =>
  hasCode(error, 'store_unavailable');

/** Whether an error is a {@link StoreConfigurationError}, also of another copy of this package. */
export const isStoreConfigurationInvalid = (error: unknown): error is StoreConfigurationError =>
  hasCode(error, 'store_configuration_invalid');
