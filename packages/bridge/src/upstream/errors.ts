import type { NameOf } from '@mcp-whoami/environment';

/** Why a sign-in at the IdP did not come to anything, or could not be confirmed later. */
export type UpstreamErrorCode =
  | 'upstream_denied'
  | 'upstream_refused'
  | 'upstream_unavailable'
  | 'upstream_misconfigured'
  | 'upstream_mismatch';

/** What a person is told; `{}` is the IdP. */
const texts: Readonly<Record<UpstreamErrorCode, string>> = {
  upstream_denied: 'The sign-in at {} was cancelled',
  upstream_refused: '{} does not confirm who you are: sign in again',
  upstream_unavailable: '{} cannot be asked at the moment: try again in a while',
  upstream_misconfigured: 'This server is not set up correctly at {}: please tell the person who runs it',
  upstream_mismatch: 'The answer of {} does not belong to this sign-in: start again',
};

/** Seconds after which one may try again when the IdP cannot be asked and says nothing else. */
const RETRY_AFTER_SECONDS = 5;
/** Nobody is sent away for longer, whatever the IdP says, in seconds. */
const MAX_RETRY_AFTER_SECONDS = 60;

/**
 * The IdP did not say who somebody is:
 * - `upstream_denied`: the person cancelled there.
 * - `upstream_refused`: the IdP was asked and says no (revoked, expired), or its answer proves nobody.
 * - `upstream_unavailable`: it could not be asked, so nothing is known; `retryAfter` seconds.
 * - `upstream_misconfigured`: it refuses this server's own client. No fault of the person's.
 * - `upstream_mismatch`: the answer is not to what was asked (`state`, `iss`, `nonce`): an attack, or a mix-up.
 *
 * `message` is for the person, `logMessage` for the operator. Neither has a text of the IdP, a token or a secret in it.
 */
export class UpstreamError extends Error {
  readonly code: UpstreamErrorCode;
  /** What was expected, what was found and what to do. */
  readonly logMessage: string;
  /** Seconds after which one may try again, where that helps at all. */
  readonly retryAfter: number;

  constructor(code: UpstreamErrorCode, title: string, logMessage: string, retryAfter = RETRY_AFTER_SECONDS) {
    const text = texts[code].replace('{}', () => title);
    super(text);
    this.name = 'UpstreamError';
    this.code = code;
    this.logMessage = logMessage;
    this.retryAfter = Math.min(Math.max(Math.ceil(retryAfter), 1), MAX_RETRY_AFTER_SECONDS);
    this.stack = `${this.name}: ${text}`;
  }
}

/** Whether an error is an {@link UpstreamError}, also of another copy of this package. */
export function isUpstreamError(error: unknown): error is UpstreamError {
  return (
    error instanceof Error &&
    'logMessage' in error &&
    'code' in error &&
    typeof error.code === 'string' &&
    Object.hasOwn(texts, error.code)
  );
}

/** Whether the IdP, or its answer, says that somebody is not whom they were taken for: what they had here ends. */
export function isUpstreamRefused(error: unknown): error is UpstreamError {
  return isUpstreamError(error) && ['upstream_refused', 'upstream_mismatch'].includes(error.code);
}

/** Whether nothing is known of the person: the IdP could not be asked, or did not let this server ask. */
export function isUpstreamUnavailable(error: unknown): error is UpstreamError {
  return isUpstreamError(error) && ['upstream_unavailable', 'upstream_misconfigured'].includes(error.code);
}

/** Makes the errors of one IdP. */
export type Failure = (
  kind: 'denied' | 'refused' | 'unavailable' | 'misconfigured' | 'mismatch',
  logMessage: string,
  retryAfter?: number,
) => UpstreamError;

/** @param nameOf names the settings that a text has in braces. */
export function failuresOf(title: string, nameOf: NameOf): Failure {
  return (kind, logMessage, retryAfter) => {
    const named = logMessage.replace(/\{(clientId|clientSecret|clientAuth)\}/g, (_, field: string) =>
      nameOf(field),
    );
    return new UpstreamError(`upstream_${kind}`, title, `${title}: ${named}`, retryAfter);
  };
}
