import { ConfigurationError } from '@mcp-whoami/environment';
import { formatBearerChallenge } from './bearer-challenge.ts';

/** Why a token was refused: the one check that failed. */
export type RefusalCode =
  | 'malformed_token'
  | 'algorithm_not_allowed'
  | 'unknown_key'
  | 'bad_signature'
  | 'issuer_mismatch'
  | 'expiry_missing'
  | 'expired'
  | 'not_yet_valid'
  | 'audience_mismatch'
  | 'audience_unknown'
  | 'not_an_access_token'
  | 'sender_constrained'
  | 'subject_missing'
  | 'inactive'
  | 'revoked';

/** What the client is told: constant texts, safe inside a quoted header value (RFC 6750 §3). */
export const refusalTexts: Readonly<Record<RefusalCode, string>> = {
  malformed_token: 'The access token is malformed',
  algorithm_not_allowed: 'The access token is not signed with an asymmetric algorithm',
  unknown_key: 'The access token is signed by a key that its issuer does not publish',
  bad_signature: 'The signature of the access token is not valid',
  issuer_mismatch: 'The access token is from another issuer',
  expiry_missing: 'The access token has no expiry',
  expired: 'The access token has expired',
  not_yet_valid: 'The access token is not valid yet',
  audience_mismatch: 'The access token is for another audience',
  audience_unknown: 'The audience of the access token is not known',
  not_an_access_token: 'The token is not an access token',
  sender_constrained: 'The access token is sender-constrained, which this server does not support',
  subject_missing: 'The access token names no subject',
  inactive: 'The access token is not active',
  revoked: 'The access token has been revoked',
};

/**
 * A token was looked at and is not valid. `message` is for the client, `logMessage` for the operator.
 *
 * Frameworks that know HTTP errors by `status` and `headers`, Express among them, answer 401. It carries no stack: a
 * refusal is an answer, not a defect.
 */
export class TokenRefusedError extends Error {
  readonly code: RefusalCode;
  /** What was expected, what was found and what to do; never the token. */
  readonly logMessage: string;
  /** What was expected and what was found. */
  readonly finding: string;
  /** What to do, where that is known. */
  readonly mend: string | undefined;
  /** Which advice fits better than that of the code. */
  readonly form: TokenForm | undefined;
  readonly status = 401;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: RefusalCode,
    finding: string,
    { mend, form }: { mend?: string | undefined; form?: TokenForm } = {},
  ) {
    const text = refusalTexts[code];
    super(text);
    this.name = 'TokenRefusedError';
    this.code = code;
    this.finding = finding;
    this.mend = mend;
    this.form = form;
    this.logMessage = mend === undefined ? finding : `${finding}. ${mend}`;
    this.headers = {
      'WWW-Authenticate': formatBearerChallenge({ error: 'invalid_token', errorDescription: text }),
    };
    this.stack = `${this.name}: ${text}`;
  }
}

/** @throws {TokenRefusedError} */
export function refuse(code: RefusalCode, finding: string, mend?: string): never {
  throw new TokenRefusedError(code, finding, { mend });
}

/** A token that nobody but the IdP can look into: encrypted (RFC 7516), or of no form that is known. */
export type TokenForm = 'encrypted_token' | 'opaque_token';

/** What to change at an IdP when a token is refused, by reason or by the form of the token, for the log. */
export type Advice = Readonly<Partial<Record<RefusalCode | TokenForm | 'insufficient_scope', string>>>;

/** The same refusal, with what to change at this IdP; what is known of the very token goes before. */
export function withAdvice(refusal: TokenRefusedError, advice: Advice): TokenRefusedError {
  const { code, finding, form } = refusal;
  const mend = refusal.mend ?? (form && advice[form]) ?? advice[code];
  return mend === undefined ? refusal : new TokenRefusedError(code, finding, { mend });
}

/**
 * A logout token is not valid: 400 (OpenID Connect Back-Channel Logout §2.8). `logMessage` is for the operator; the
 * sender learns no more than that.
 */
export class LogoutRefusedError extends Error {
  readonly code = 'logout_token_invalid';
  readonly logMessage: string;
  readonly status = 400;

  constructor(logMessage: string) {
    super('The logout token is not valid');
    this.name = 'LogoutRefusedError';
    this.logMessage = logMessage;
  }
}

/** That an IdP gave no usable answer, and after how many seconds it may be asked again, where that is known. */
function isIdpRequestError(error: unknown): error is Error & { retryAfter?: number | undefined } {
  return error instanceof Error && 'code' in error && error.code === 'idp_request_failed';
}

/** Whether connecting failed only because the IdP, or the store of a bridge, could not be asked: it may work later. */
export function isIdpUnreachable(error: unknown): boolean {
  if (!(error instanceof ConfigurationError)) return false;
  const { cause } = error;
  return (
    isIdpRequestError(cause) ||
    (cause instanceof Error && 'code' in cause && cause.code === 'store_unavailable')
  );
}

/** Seconds after which a client may try again when the identity provider could not be asked and says nothing else. */
const RETRY_AFTER_SECONDS = 5;
/** A client is never sent away for longer, whatever the identity provider says, in seconds. */
const MAX_RETRY_AFTER_SECONDS = 60;

/**
 * The identity provider could not be asked, so nothing is known of the token: 503, never 401.
 */
export class VerificationUndecidedError extends Error {
  readonly code = 'idp_unavailable';
  readonly logMessage: string;
  readonly status = 503;
  readonly headers: Readonly<Record<string, string>>;

  constructor(logMessage: string, cause?: unknown) {
    const text = 'The identity provider cannot be asked at the moment';
    super(text);
    this.name = 'VerificationUndecidedError';
    this.logMessage = logMessage;
    this.cause = cause;
    this.headers = { 'Retry-After': String(retryAfterOf(cause)) };
    this.stack = `${this.name}: ${text}`;
  }
}

function retryAfterOf(cause: unknown): number {
  const wanted = (isIdpRequestError(cause) ? cause.retryAfter : undefined) ?? RETRY_AFTER_SECONDS;
  return Math.min(Math.max(Math.ceil(wanted), 1), MAX_RETRY_AFTER_SECONDS);
}

/**
 * A caller's tokens proved nothing so often that the identity provider is not asked about more of them for a while:
 * 429 (RFC 6585 §4). Nothing is known of this token.
 */
export class RateLimitedError extends Error {
  readonly code = 'rate_limited';
  readonly logMessage: string;
  readonly status = 429;
  readonly headers: Readonly<Record<string, string>>;

  /** @param retryAfter seconds after which the caller may try again. */
  constructor(logMessage: string, retryAfter: number) {
    const text = 'Too many access tokens of this caller were not accepted';
    super(text);
    this.name = 'RateLimitedError';
    this.logMessage = logMessage;
    this.headers = { 'Retry-After': String(Math.max(Math.ceil(retryAfter), 1)) };
    this.stack = `${this.name}: ${text}`;
  }
}

/**
 * Whether an error is a {@link TokenRefusedError}, also of another copy of this package.
 *
 * @example
 * if (isTokenRefused(error)) response.status(401).json({ reason: error.code });
 */
export function isTokenRefused(error: unknown): error is TokenRefusedError {
  return isAnswer(error) && Object.hasOwn(refusalTexts, error.code);
}

/**
 * Whether an error is a {@link VerificationUndecidedError}, also of another copy of this package.
 *
 * @example
 * if (isVerificationUndecided(error)) response.set(error.headers).sendStatus(503);
 */
export function isVerificationUndecided(error: unknown): error is VerificationUndecidedError {
  return isAnswer(error) && error.code === 'idp_unavailable';
}

/** Whether an error is a {@link RateLimitedError}, also of another copy of this package. */
export function isRateLimited(error: unknown): error is RateLimitedError {
  return isAnswer(error) && error.code === 'rate_limited';
}

/** Whether an error is a {@link LogoutRefusedError}, also of another copy of this package. */
export function isLogoutRefused(error: unknown): error is LogoutRefusedError {
  return isAnswer(error) && error.code === 'logout_token_invalid';
}

/** An error that says how it is answered, and has a text for the log. */
function isAnswer(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'logMessage' in error;
}
