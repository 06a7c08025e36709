import { isStoreUnavailable } from '@mcp-whoami/store';
import { errors } from 'oidc-provider';

/** Seconds after which a client may try again, where nobody says better. */
const RETRY_AFTER_SECONDS = 5;

/** `temporarily_unavailable` (RFC 6749 §4.1.2.1) as 503: whoever gets it has lost nothing and may try again. */
export class TemporarilyUnavailableError extends errors.OIDCProviderError {
  override readonly error_description: string;
  /** Seconds. */
  readonly retryAfter: number;
  /** For the log. */
  readonly logMessage: string;

  constructor(description: string, logMessage: string, retryAfter = RETRY_AFTER_SECONDS) {
    super(503, 'temporarily_unavailable');
    this.error_description = description;
    this.retryAfter = retryAfter;
    this.logMessage = logMessage;
    // oidc-provider hides what it is not told to show.
    this.expose = true;
  }
}

/** What the store is asked; that it cannot be asked is told to whoever waits for the answer. */
export async function askStore<Answer>(question: () => Promise<Answer>): Promise<Answer> {
  try {
    return await question();
  } catch (error) {
    if (!isStoreUnavailable(error)) throw error;
    throw new TemporarilyUnavailableError(
      error.message,
      error.logMessage,
      Number(error.headers['Retry-After']),
    );
  }
}
