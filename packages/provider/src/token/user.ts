import { TokenRefusedError } from '../errors.ts';
import { type JsonObject, jsonObject, valueAt } from '../json.ts';
import { quote } from '../printable.ts';

/** How to ask an IdP who a token belongs to: OpenID Connect Core §5.3, or whatever the IdP has instead. */
export interface UserinfoEndpoint {
  url: string;
  method?: 'GET' | 'POST' | undefined;
  headers?: Record<string, string> | undefined;
  body?: string | undefined;
}

/**
 * What the userinfo endpoint's answer means for a token that was proved without it: `profile`, more claims and
 * nothing else; `revocation`, claims too, and a refusal there refuses the token; `none`, it is not asked.
 */
export type UserinfoRole = 'profile' | 'revocation' | 'none';

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
  /** The clients that a signed answer is for (OpenID Connect Core §5.3.2). */
  signedFor?: readonly string[] | undefined;
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

/**
 * A user's id: a string that {@link isSubject}, or a number that JSON carries exactly (two ids past 2^53 could
 * become one).
 */
export function subjectOf(value: unknown): string | undefined {
  if (isSubject(value)) return value;
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

/** Not blank, and nothing that was lost when bytes became text: two ids could become one. */
export function isSubject(value: unknown): value is string {
  return (
    typeof value === 'string' && value.trim() !== '' && value.isWellFormed() && !value.includes('\ufffd')
  );
}
