import { shownUrl } from '@mcp-whoami/environment';
import { z } from 'zod';
import { TokenRefusedError, VerificationUndecidedError } from '../errors.ts';
import {
  askAboutToken,
  isOutage,
  jsonOf,
  MAX_USER_ANSWER_BYTES,
  outageError,
  requireWithinLimits,
  speaksOfError,
} from '../idp/answer.ts';
import type { IdpRequest } from '../idp/request.ts';
import { type AskIdp, createIdpRequester } from '../idp/requester.ts';
import { type JsonObject, parseJson } from '../json.ts';
import { requireAudience } from './audience.ts';
import type { CheckedClaims, IntrospectedToken } from './proof.ts';
import { checkClaims, type TokenPolicy } from './token-claims.ts';
import { refuseOtherTokenKinds } from './token-kind.ts';

/** RFC 7662 §2.2, and the error codes of RFC 6749 §5.2 and RFC 6750 §3.1. */
const introspectionAnswer = z.looseObject({
  active: z.boolean().optional().catch(undefined),
  error: z.unknown().optional(),
});

/** With these the IdP speaks of this server's client, not of the token: by code (RFC 6749 §5.2) or by status. */
const clientErrors = new Set(['invalid_client', 'unauthorized_client', 'access_denied']);
const clientStatuses = new Set([401, 403]);

const isClientError = (error: unknown) => typeof error === 'string' && clientErrors.has(error);

/** A token of nobody, to ask whether the endpoint answers at all. */
const NEUTRAL_TOKEN = 'does-this-endpoint-answer';

/** Who asks: this server's client at the IdP, or nobody where the IdP wants no credentials. */
export interface IntrospectionClient {
  clientId?: string | undefined;
  clientSecret?: string | undefined;
  clientAuth: 'client_secret_basic' | 'client_secret_post';
  /** What to change when the IdP does not know the client, for the log. */
  advice: string;
}

/**
 * Makes the question "is this token active?" (RFC 7662 §2).
 *
 * The function throws {@link TokenRefusedError} when the token is not active or what the IdP says of it does not
 * pass, and {@link VerificationUndecidedError} when the IdP cannot be asked or refuses this server's client.
 */
export function createIntrospector(url: string, client: IntrospectionClient, policy: TokenPolicy) {
  const askIdp = createIdpRequester(url, async () => questionOf(client, NEUTRAL_TOKEN));
  let saidActive = false;
  return async (token: string): Promise<IntrospectedToken> => {
    const { status, body } = await ask(askIdp, url, client, token);
    if (status === 200 && body.active === true && !speaksOfError(body.error)) {
      requireWithinLimits(url, body);
      saidActive = true;
      return { ...judged(body, policy), claims: body };
    }
    if (body.active !== false) {
      if (clientStatuses.has(status) || isClientError(body.error)) {
        throw undecided(url, `refuses this server’s client (${status}); ${client.advice}`);
      }
      if (body.active === true && status < 300) {
        throw undecided(url, 'calls the token active beside an `error`');
      }
      if (status < 300 && !speaksOfError(body.error)) {
        throw undecided(url, 'does not say whether the token is active (RFC 7662 section 2.2)');
      }
    }
    const doubt = saidActive ? '' : `; no token has been active yet, so ${client.advice}`;
    throw new TokenRefusedError(
      'inactive',
      `${shownUrl(url)} says that the token is not active (${status})${doubt}`,
    );
  };
}

/**
 * What is said of a token is judged as its own claims would be.
 *
 * @throws {TokenRefusedError} for the first check that fails.
 */
function judged(claims: JsonObject, policy: TokenPolicy): CheckedClaims {
  refuseOtherTokenKinds(claims, false);
  const checked = checkClaims(claims, policy);
  requireAudience(checked.audience, policy);
  return checked;
}

function questionOf(client: IntrospectionClient, token: string): IdpRequest {
  const { headers, body } = authenticate(client);
  body.set('token', token);
  // Without the hint some IdPs call a refresh token active (RFC 7662 §2.1).
  body.set('token_type_hint', 'access_token');
  headers.set('content-type', 'application/x-www-form-urlencoded');
  return {
    method: 'POST',
    headers: Object.fromEntries(headers),
    body: body.toString(),
    maxBytes: MAX_USER_ANSWER_BYTES,
  };
}

function ask(askIdp: AskIdp, url: string, client: IntrospectionClient, token: string) {
  return askAboutToken(async () => {
    const answer = await askIdp(questionOf(client, token));
    if (isOutage(answer.status)) throw outageError(url, answer);
    const json = answer.status === 200 ? jsonOf(url, answer) : parseJson(answer.body);
    return { status: answer.status, body: introspectionAnswer.safeParse(json).data ?? {} };
  });
}

function undecided(url: string, reason: string): VerificationUndecidedError {
  return new VerificationUndecidedError(`${shownUrl(url)} ${reason}`);
}

/** Client authentication of RFC 6749 §2.3.1: by Basic with form-encoded values, in the body, or by name only. */
function authenticate({ clientId, clientSecret, clientAuth }: IntrospectionClient) {
  const headers = new Headers();
  const body = new URLSearchParams();
  if (clientId === undefined) return { headers, body };
  if (clientSecret !== undefined && clientAuth === 'client_secret_basic') {
    const credentials = `${formEncode(clientId)}:${formEncode(clientSecret)}`;
    headers.set('authorization', `Basic ${Buffer.from(credentials).toString('base64')}`);
    return { headers, body };
  }
  body.set('client_id', clientId);
  if (clientSecret !== undefined) body.set('client_secret', clientSecret);
  return { headers, body };
}

/**
 * RFC 6749 Appendix B. It leaves `*`, `-`, `.` and `_` alone, so that an IdP that does not decode understands the
 * usual names too.
 */
function formEncode(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}
