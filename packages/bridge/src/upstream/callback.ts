import { AuthorizationResponseError, type AuthorizationServer, validateAuthResponse } from 'oauth4webapi';
import type { Failure } from './errors.ts';

/** What the `error` of an authorization response means (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6); the others are a refusal. */
const errorKinds: Readonly<Record<string, Parameters<Failure>[0]>> = {
  access_denied: 'denied',
  server_error: 'unavailable',
  temporarily_unavailable: 'unavailable',
  unauthorized_client: 'misconfigured',
  invalid_client: 'misconfigured',
  invalid_request: 'misconfigured',
  invalid_scope: 'misconfigured',
  invalid_target: 'misconfigured',
  invalid_resource: 'misconfigured',
  unsupported_response_type: 'misconfigured',
  redirect_uri_mismatch: 'misconfigured',
  application_suspended: 'misconfigured',
  // Known, and the person's.
  login_required: 'refused',
  consent_required: 'refused',
  interaction_required: 'refused',
  account_selection_required: 'refused',
};

const hints: Readonly<Record<string, string>> = {
  redirect_uri_mismatch: ': the callback URL of this server is not registered for {clientId}',
  application_suspended: ': the client {clientId} is suspended there',
  unauthorized_client: ': the client {clientId} may not sign people in with a code there',
  invalid_scope: ': it refuses a scope that this server asks for',
};

/**
 * Judges an authorization response: its state, its issuer where one is promised or sent (RFC 9207 §2.4), its error.
 *
 * @param issuer whether the upstream has an issuer: the `iss` of one that has none says nothing.
 * @throws {UpstreamError}
 */
export function judgeCallback(
  as: AuthorizationServer,
  clientId: string,
  callback: URLSearchParams,
  { state, hasIssuer }: { state: string; hasIssuer: boolean },
  failure: Failure,
): URLSearchParams {
  const looked = new URLSearchParams(callback);
  if (!hasIssuer) looked.delete('iss');
  try {
    const parameters = validateAuthResponse(as, { client_id: clientId }, looked, state);
    if (parameters.get('code')) return parameters;
  } catch (error) {
    if (!(error instanceof AuthorizationResponseError))
      throw failure('mismatch', mismatchIn(as, looked, state));
    const known = Object.hasOwn(errorKinds, error.error);
    throw failure(
      errorKinds[known ? error.error : ''] ?? 'refused',
      `it sends the browser back with ${known ? error.error : 'an error that is not known'}${(known && hints[error.error]) || ''}`,
    );
  }
  throw failure('mismatch', 'the callback has neither a code nor an error');
}

/** Which of the rules is broken; no value of the callback is shown. */
function mismatchIn(as: AuthorizationServer, callback: URLSearchParams, state: string): string {
  const repeated = ['state', 'iss', 'code', 'error'].find((name) => callback.getAll(name).length > 1);
  if (repeated !== undefined) return `the callback has \`${repeated}\` more than once`;
  const issuer = callback.get('iss');
  if (issuer === null && as.authorization_response_iss_parameter_supported) {
    return `the callback has no \`iss\`, which ${as.issuer} promises (RFC 9207 section 2.4)`;
  }
  if (issuer !== null && issuer !== as.issuer) return `the callback’s \`iss\` is not ${as.issuer} (RFC 9207)`;
  if (callback.get('state') !== state) return 'the callback’s `state` is not the one that was sent';
  return 'the callback is no answer to a request for a code';
}
