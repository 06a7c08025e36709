import * as oauth from 'oauth4webapi';
import { z } from 'zod';
import { TokenRefusedError, VerificationUndecidedError } from './errors.ts';
import { IdpRequestError, jsonOf, requestIdp } from './idp-request.ts';
import type { ResourceServerSettings } from './resource-server-settings.ts';
import { type CheckedClaims, checkClaims, type TokenPolicy } from './token-claims.ts';
import { type IdentifiedUser, identifyUser, type SubjectMapping } from './userinfo.ts';

/** RFC 7662 §2.2. */
const introspectionAnswer = z.looseObject({ active: z.boolean() });

/** RFC 6749 §5.2: with these codes the IdP speaks of this server's client, not of the token. */
const clientErrors = new Set(['invalid_client', 'unauthorized_client', 'access_denied']);
const errorAnswer = z.object({ error: z.string() });

export interface IntrospectedToken extends CheckedClaims, IdentifiedUser {}

/** Who asks: this server's client at the IdP, or nobody where the IdP wants no credentials. */
export interface IntrospectionClient
  extends Pick<ResourceServerSettings, 'clientId' | 'clientSecret' | 'clientAuth'> {
  /** What to change when the IdP does not know the client, for the log. */
  advice: string;
}

/**
 * Makes the question "is this token active?" (RFC 7662 §2).
 *
 * The function throws {@link TokenRefusedError} when the token is not active or what the IdP says of it does not
 * pass, and {@link VerificationUndecidedError} when the IdP can not be asked or refuses this server's client.
 */
export function createIntrospector(
  url: string,
  client: IntrospectionClient,
  policy: TokenPolicy,
  mapping: SubjectMapping,
) {
  let saidActive = false;
  return async (token: string): Promise<IntrospectedToken> => {
    const answer = await introspect(url, client, token);
    if (!answer.active) {
      const doubt = saidActive ? '' : `; no token has been active yet, so ${client.advice}`;
      throw new TokenRefusedError('inactive', `${url} says that the token is not active${doubt}`);
    }
    saidActive = true;
    const checked = checkClaims(answer, policy);
    return { ...checked, ...identifyUser(answer, mapping, url) };
  };
}

async function introspect(url: string, client: IntrospectionClient, token: string) {
  try {
    const { headers, body } = await authenticate(client, url);
    body.set('token', token);
    // Without the hint some IdPs call a refresh token active (RFC 7662 §2.1).
    body.set('token_type_hint', 'access_token');
    headers.set('content-type', 'application/x-www-form-urlencoded');
    const answer = await requestIdp(url, {
      method: 'POST',
      headers: Object.fromEntries(headers),
      body: body.toString(),
    });
    if (answer.status === 400 && !speaksOfClient(jsonOf(url, answer))) {
      throw new TokenRefusedError('malformed_token', `${url} answers 400: it can not read the token`);
    }
    if (answer.status !== 200) {
      const advice = answer.status < 500 ? ` to this server’s client; ${client.advice}` : '';
      throw new IdpRequestError(url, `answers ${answer.status}${advice}`);
    }
    const parsed = introspectionAnswer.safeParse(jsonOf(url, answer));
    if (!parsed.success) throw new IdpRequestError(url, 'answers no introspection (RFC 7662 section 2.2)');
    return parsed.data;
  } catch (error) {
    if (!(error instanceof IdpRequestError)) throw error;
    throw new VerificationUndecidedError(error.message, error);
  }
}

function speaksOfClient(answer: unknown): boolean {
  const parsed = errorAnswer.safeParse(answer);
  return parsed.success && clientErrors.has(parsed.data.error);
}

/** Client authentication of RFC 6749 §2.3.1: by Basic with form-encoded values, in the body, or by name only. */
async function authenticate({ clientId, clientSecret, clientAuth }: IntrospectionClient, issuer: string) {
  const headers = new Headers();
  const body = new URLSearchParams();
  if (clientId !== undefined) {
    const method =
      clientSecret === undefined
        ? oauth.None()
        : clientAuth === 'client_secret_post'
          ? oauth.ClientSecretPost(clientSecret)
          : oauth.ClientSecretBasic(clientSecret);
    await method({ issuer }, { client_id: clientId }, body, headers);
  }
  return { headers, body };
}
