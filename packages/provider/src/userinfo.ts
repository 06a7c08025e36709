import { type JsonObject, jsonObject } from './authorization-server-metadata.ts';
import { type AskIdp, createIdpRequester } from './circuit-breaker.ts';
import { TokenRefusedError, VerificationUndecidedError } from './errors.ts';
import { type IdpAnswer, IdpRequestError, isOutage, jsonOf, outageError } from './idp-request.ts';
import { valueAt } from './json-path.ts';
import { shownUrl } from './shown-value.ts';
import { quote, subjectOf } from './token-claims.ts';

/** How to ask an IdP who a token belongs to: OpenID Connect Core §5.3, or whatever the IdP has in its place. */
export interface UserinfoEndpoint {
  url: string;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
}

/** Where in an answer the user is. */
export interface SubjectMapping {
  /** Path of the user's id. */
  subjectPath: string;
  /** Path of the claims; nothing means the whole answer. */
  claimsPath?: string | undefined;
}

/** The user an IdP named. */
export interface IdentifiedUser {
  subject: string;
  claims: JsonObject;
}

/** The userinfo endpoint refused the token. */
export class UserinfoRefusedError extends TokenRefusedError {
  /** What it answered: 401 is about the token itself, 403 may only say that a scope is missing (RFC 6750 §3.1). */
  readonly answeredStatus: number;

  constructor(answeredStatus: number, logMessage: string) {
    super('inactive', logMessage);
    this.answeredStatus = answeredStatus;
  }
}

/**
 * Makes the question "whose token is this?".
 *
 * The function throws {@link UserinfoRefusedError} when the IdP refuses the token, {@link TokenRefusedError}
 * (`subject_missing`) when it names nobody, and {@link VerificationUndecidedError} when it can not be asked.
 */
export function createUserinfoReader(endpoint: UserinfoEndpoint, mapping: SubjectMapping) {
  const askIdp = createIdpRequester();
  return async (token: string): Promise<IdentifiedUser> => {
    const answer = await ask(askIdp, endpoint, token);
    const refusal = refusalIn(answer);
    if (refusal !== undefined) {
      throw new UserinfoRefusedError(
        answer.status,
        `${shownUrl(endpoint.url)} ${refusal}: the token is unknown, expired or revoked there, or it is bound to a resource that the userinfo endpoint does not serve`,
      );
    }
    const user = findUser(answer.body, mapping);
    if (user !== undefined) return user;
    // Not even the shape of an answer about a user: that is no word on the token.
    if (!jsonObject.safeParse(answer.body).success) {
      throw new VerificationUndecidedError(
        `${shownUrl(endpoint.url)} answers ${answer.status} with no JSON object`,
      );
    }
    throw subjectMissing(answer.body, mapping, endpoint.url);
  };
}

/** What of a token can be sent on. */
const visibleAscii = /^[\x21-\x7e]*$/;

/** GitHub says with 403 that it was asked too often, by the headers of its rate limit. */
function isRateLimit({ status, headers }: IdpAnswer): boolean {
  return status === 403 && (headers.has('retry-after') || headers.get('x-ratelimit-remaining') === '0');
}

async function ask(
  askIdp: AskIdp,
  endpoint: UserinfoEndpoint,
  token: string,
): Promise<{ status: number; body: unknown }> {
  if (!visibleAscii.test(token)) {
    throw new TokenRefusedError(
      'malformed_token',
      'has characters that no header carries (RFC 6750 section 2.1)',
    );
  }
  const headers = new Headers(endpoint.headers);
  headers.set('authorization', `Bearer ${token}`);
  if (endpoint.body !== undefined && !headers.has('content-type'))
    headers.set('content-type', 'application/json');
  try {
    const answer = await askIdp(endpoint.url, {
      method: endpoint.method ?? 'GET',
      headers: Object.fromEntries(headers),
      ...(endpoint.body === undefined ? {} : { body: endpoint.body }),
    });
    if (isOutage(answer.status) || isRateLimit(answer)) throw outageError(endpoint.url, answer);
    const { status } = answer;
    return { status, body: status < 300 ? jsonOf(endpoint.url, answer) : undefined };
  } catch (error) {
    if (!(error instanceof IdpRequestError)) throw error;
    throw new VerificationUndecidedError(error.message, error);
  }
}

function refusalIn({ status, body }: { status: number; body: unknown }): string | undefined {
  if (status >= 300) return `answers ${status}`;
  return carriesError(body) ? 'answers 200 with an error' : undefined;
}

/** Some IdPs say no in a 200: `{"ok":false}`, `{"status":"error"}`, `{"error":…}`, GraphQL's `{"errors":[…]}`. */
function carriesError(body: unknown): boolean {
  const parsed = jsonObject.safeParse(body);
  if (!parsed.success) return false;
  const { ok, success, status, error, errors } = parsed.data;
  return (
    ok === false ||
    success === false ||
    status === 'error' ||
    speaksOfError(error) ||
    (Array.isArray(errors) && errors.length > 0)
  );
}

/** TikTok sends `{"code":"ok"}` beside every good answer. */
function speaksOfError(error: unknown): boolean {
  return Boolean(error) && jsonObject.safeParse(error).data?.code !== 'ok';
}

/** The user in an answer; nothing where it names nobody. */
export function findUser(answer: unknown, mapping: SubjectMapping): IdentifiedUser | undefined {
  const subject = subjectOf(valueAt(answer, mapping.subjectPath));
  if (subject === undefined) return undefined;
  const { claimsPath } = mapping;
  const claims = jsonObject.safeParse(claimsPath === undefined ? answer : valueAt(answer, claimsPath));
  return { subject, claims: claims.data ?? {} };
}

/** The refusal of a token whose user is not named where it should be. */
export function subjectMissing(answer: unknown, { subjectPath }: SubjectMapping, source: string) {
  const found = quote(valueAt(answer, subjectPath));
  const where = `at \`${subjectPath}\` in the answer of ${source}`;
  return new TokenRefusedError('subject_missing', `expected the user’s id ${where}, found ${found}`);
}
