import { type JsonObject, jsonObject } from './authorization-server-metadata.ts';
import { TokenRefusedError, VerificationUndecidedError } from './errors.ts';
import { IdpRequestError, jsonOf, requestIdp } from './idp-request.ts';
import { valueAt } from './json-path.ts';
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

/** Too many requests and a time-out are the IdP's own trouble; any other 4xx is about the token. */
const statusesOfAnOutage = new Set([408, 429]);

/**
 * Makes the question "whose token is this?".
 *
 * The function throws {@link UserinfoRefusedError} when the IdP refuses the token, {@link TokenRefusedError}
 * (`subject_missing`) when it names nobody, and {@link VerificationUndecidedError} when it can not be asked.
 */
export function createUserinfoReader(endpoint: UserinfoEndpoint, mapping: SubjectMapping) {
  return async (token: string): Promise<IdentifiedUser> => {
    const answer = await ask(endpoint, token);
    const refusal = refusalIn(answer);
    if (refusal !== undefined) {
      throw new UserinfoRefusedError(
        answer.status,
        `${endpoint.url} ${refusal}: the token is unknown, expired or revoked there, or it is bound to a resource that the userinfo endpoint does not serve`,
      );
    }
    return identifyUser(answer.body, mapping, endpoint.url);
  };
}

async function ask(endpoint: UserinfoEndpoint, token: string): Promise<{ status: number; body: unknown }> {
  const headers = new Headers(endpoint.headers);
  headers.set('authorization', `Bearer ${token}`);
  if (endpoint.body !== undefined && !headers.has('content-type'))
    headers.set('content-type', 'application/json');
  try {
    const answer = await requestIdp(endpoint.url, {
      method: endpoint.method ?? 'GET',
      headers: Object.fromEntries(headers),
      ...(endpoint.body === undefined ? {} : { body: endpoint.body }),
    });
    if (answer.status >= 500 || statusesOfAnOutage.has(answer.status)) {
      throw new IdpRequestError(endpoint.url, `answers ${answer.status}`);
    }
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
    Boolean(error) ||
    (Array.isArray(errors) && errors.length > 0)
  );
}

/** @throws {TokenRefusedError} `subject_missing` when the answer names nobody. */
export function identifyUser(answer: unknown, mapping: SubjectMapping, source: string): IdentifiedUser {
  const found = valueAt(answer, mapping.subjectPath);
  const subject = subjectOf(found);
  if (subject === undefined) {
    throw new TokenRefusedError(
      'subject_missing',
      `expected the user’s id at \`${mapping.subjectPath}\` in the answer of ${source}, found ${quote(found)}`,
    );
  }
  const claims = jsonObject.safeParse(
    mapping.claimsPath === undefined ? answer : valueAt(answer, mapping.claimsPath),
  );
  return { subject, claims: claims.success ? claims.data : {} };
}
