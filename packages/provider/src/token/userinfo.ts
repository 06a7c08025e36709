import { shownUrl } from '@mcp-whoami/environment';
import { TokenRefusedError, VerificationUndecidedError } from '../errors.ts';
import {
  askAboutToken,
  isOutage,
  isRateLimit,
  jsonOf,
  MAX_USER_ANSWER_BYTES,
  outageError,
  requireWithinLimits,
  speaksOfError,
} from '../idp/answer.ts';
import type { IdpAnswer, IdpRequest } from '../idp/request.ts';
import { type AskIdp, createIdpRequester } from '../idp/requester.ts';
import { jsonObject } from '../json.ts';
import type { SignedUserinfo } from './signed-userinfo.ts';
import {
  findUser,
  type IdentifiedUser,
  type SubjectMapping,
  subjectMissing,
  type UserinfoEndpoint,
  UserinfoRefusedError,
} from './user.ts';

/** Reads an answer that is a JWT; throws {@link VerificationUndecidedError} where it cannot. */
export type ReadSignedUserinfo = (jwt: string) => Promise<SignedUserinfo>;

/**
 * Makes the question "whose token is this?".
 *
 * The function throws {@link UserinfoRefusedError} when the IdP refuses the token, {@link TokenRefusedError}
 * (`subject_missing`) when it names nobody, and {@link VerificationUndecidedError} when it cannot be asked.
 */
export function createUserinfoReader(
  endpoint: UserinfoEndpoint,
  mapping: SubjectMapping,
  readSigned: ReadSignedUserinfo,
) {
  const askIdp = createIdpRequester(endpoint.url, async () => questionOf(endpoint));
  return async (token: string): Promise<IdentifiedUser> => {
    const answer = await ask(askIdp, endpoint, token, readSigned);
    const refusal = refusalIn(answer);
    if (refusal !== undefined) {
      throw new UserinfoRefusedError(
        answer.status,
        `${shownUrl(endpoint.url)} ${refusal}: the token is unknown, expired or revoked there, or it is bound to a resource that the userinfo endpoint does not serve`,
      );
    }
    requireWithinLimits(endpoint.url, answer.body);
    const user = findUser(answer.body, mapping);
    if (user !== undefined) return { ...user, ...(answer.signedFor && { signedFor: answer.signedFor }) };
    // Not even the shape of an answer about a user: that is not a word on the token.
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

/** Without a token it is the neutral question, whether the endpoint answers at all. */
function questionOf({ method = 'GET', headers, body }: UserinfoEndpoint, token?: string): IdpRequest {
  const all = new Headers(headers);
  all.delete('authorization');
  if (token !== undefined) all.set('authorization', `Bearer ${token}`);
  if (body !== undefined && !all.has('content-type')) all.set('content-type', 'application/json');
  return {
    method,
    headers: Object.fromEntries(all),
    maxBytes: MAX_USER_ANSWER_BYTES,
    ...(body === undefined ? {} : { body }),
  };
}

function isJwt({ headers }: IdpAnswer): boolean {
  return /^application\/jwt\s*(;|$)/i.test(headers.get('content-type') ?? '');
}

async function ask(
  askIdp: AskIdp,
  endpoint: UserinfoEndpoint,
  token: string,
  readSigned: ReadSignedUserinfo,
): Promise<{ status: number; body: unknown; signedFor?: readonly string[] }> {
  if (!visibleAscii.test(token)) {
    throw new TokenRefusedError(
      'malformed_token',
      'has characters that no header carries (RFC 6750 section 2.1)',
    );
  }
  return askAboutToken(async () => {
    const answer = await askIdp(questionOf(endpoint, token));
    if (isOutage(answer.status) || isRateLimit(answer)) throw outageError(endpoint.url, answer);
    const { status } = answer;
    if (status >= 300) return { status, body: undefined };
    if (isJwt(answer)) {
      const { claims, audience } = await readSigned(answer.body.trim());
      return { status, body: claims, signedFor: audience };
    }
    return { status, body: jsonOf(endpoint.url, answer) };
  });
}

function refusalIn({ status, body }: { status: number; body: unknown }): string | undefined {
  if (status >= 300) return `answers ${status}`;
  return carriesError(body) ? 'answers 200 with an error' : undefined;
}

/** Some IdPs say no in a 200: `{"ok":false}`, `{"status":"error"}`, `{"error":…}`, GraphQL's `{"errors":[…]}`. */
export function carriesError(body: unknown): boolean {
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
