import { shownUrl } from '@mcp-whoami/environment';
import { jsonObject, parseJson, speaksOfError } from '@mcp-whoami/provider/idp';
import type { CustomFetchOptions } from 'oauth4webapi';
import type { Failure } from './errors.ts';
import { requestUpstream } from './request.ts';

/** How large the answer of a token endpoint may be, in bytes: several tokens, each with some hundred groups. */
const MAX_TOKEN_ANSWER_BYTES = 256 * 1024;
/** How long it may take, in milliseconds. */
const TOKEN_TIMEOUT_MS = 10_000;

type ErrorKind = 'refused' | 'unavailable' | 'misconfigured';

/** What the `error` of a token endpoint means (RFC 6749 §5.2), the names of GitHub, Google and Entra ID among them. */
const errorKinds: Readonly<Record<string, { kind: ErrorKind; hint: string }>> = {
  invalid_grant: refused('the code or refresh token has expired, was revoked or is unknown there'),
  bad_verification_code: refused('the code has expired, was used or is unknown there'),
  bad_refresh_token: refused('the refresh token has expired, was used or was revoked'),
  expired_token: refused('the token has expired'),
  access_denied: refused('access is denied there'),
  not_allowed: refused(
    'the person may not have what was asked for: at Keycloak offline access needs the role offline_access, which is among the default roles of a realm',
  ),
  unverified_user_email: refused('the account there has no verified e-mail address'),
  interaction_required: refused('it wants the person to sign in again'),
  consent_required: refused('it wants the person to consent again'),
  login_required: refused('it wants the person to sign in again'),
  org_internal: refused('the client there admits only people of its own organization'),
  admin_policy_enforced: refused('a policy of the person’s organization forbids it'),
  invalid_client: misconfigured('it does not accept this server’s client: check {clientId}, {clientSecret}'),
  incorrect_client_credentials: misconfigured('{clientId} or {clientSecret} is wrong'),
  deleted_client: misconfigured('the client {clientId} was deleted there'),
  disabled_client: misconfigured('the client {clientId} is disabled there'),
  unauthorized_client: misconfigured('the client {clientId} may not use this grant there'),
  redirect_uri_mismatch: misconfigured('the callback URL of this server is not registered for {clientId}'),
  unsupported_grant_type: misconfigured('it does not know this grant'),
  invalid_scope: misconfigured('it refuses a scope that this server asks for'),
  invalid_request: misconfigured('it does not accept the request: check the client {clientId} there'),
  invalid_target: misconfigured('it wants to be told a resource, which this server never names'),
  temporarily_unavailable: { kind: 'unavailable', hint: 'it is not available for a while' },
  server_error: { kind: 'unavailable', hint: 'it failed' },
  slow_down: { kind: 'unavailable', hint: 'it was asked too often' },
};

function refused(hint: string) {
  return { kind: 'refused' as const, hint };
}

function misconfigured(hint: string) {
  return { kind: 'misconfigured' as const, hint };
}

/** What an `error` code means; nothing where it is not known. */
export function meaningOfError(code: unknown): { kind: ErrorKind; hint: string } | undefined {
  return typeof code === 'string' && Object.hasOwn(errorKinds, code) ? errorKinds[code] : undefined;
}

/** For an error that is not known its name is not shown: it is a text of the IdP. */
export function describeError(code: unknown): string {
  return meaningOfError(code) === undefined ? 'an error that is not known' : String(code);
}

/** Asks a token endpoint for oauth4webapi, and gives it what RFC 6749 §5.1 says an answer is. */
export function createTokenFetch(failure: Failure) {
  return async (url: string, options: CustomFetchOptions<'POST', URLSearchParams>): Promise<Response> => {
    const answer = await requestUpstream(
      url,
      {
        method: 'POST',
        headers: options.headers,
        body: options.body.toString(),
        maxBytes: MAX_TOKEN_ANSWER_BYTES,
        timeout: TOKEN_TIMEOUT_MS,
      },
      failure,
    );
    const { status } = answer;
    const where = `${shownUrl(url)} answers ${status}`;
    const members = membersOf(answer.body, answer.headers.get('content-type') ?? '');
    // Whatever is not in the protocol's terms is not the token endpoint's word: a gateway, a maintenance page.
    if (members === undefined) {
      throw failure(
        status === 404 ? 'misconfigured' : 'unavailable',
        `${where} in neither JSON nor form encoding`,
      );
    }
    if (status === 200 && !speaksOfError(members.error)) {
      if (!members.access_token) throw failure('unavailable', `${where} with neither a token nor an error`);
      if (isBound(members)) {
        throw failure(
          'misconfigured',
          `${where} with a token that is bound to a key: let {clientId} have plain Bearer tokens`,
        );
      }
      return Response.json(bearerAnswer(members));
    }
    const { error } = members;
    const { kind, hint } =
      meaningOfError(error) ??
      (status === 401
        ? misconfigured('it does not accept this server’s client: check {clientId}, {clientSecret}')
        : status === 404
          ? misconfigured('it does not know this server’s client: check {clientId}')
          : refused('it gives no token'));
    throw failure(kind, `${where} (${describeError(error)}): ${hint}`);
  };
}

function membersOf(body: string, contentType: string) {
  const json = jsonObject.safeParse(parseJson(body));
  if (json.success) return json.data;
  // GitHub, unless it heeds `Accept`.
  const formEncoded =
    /^(application\/x-www-form-urlencoded|text\/plain)\b/i.test(contentType) &&
    /(^|&)(access_token|error)=/.test(body);
  if (!formEncoded) return undefined;
  return Object.fromEntries([...new URLSearchParams(body)].filter(([, value]) => value !== ''));
}

/** A token that is bound to a key (RFC 9449): nothing here has such a key. */
function isBound({ token_type: type }: Record<string, unknown>): boolean {
  return typeof type === 'string' && /^(dpop|pop|mac)$/i.test(type);
}

/**
 * What is used of an answer, in the protocol's terms: some name no type, or the kind of account (Slack), and list the
 * scopes (Twitch).
 */
function bearerAnswer(members: Record<string, unknown>) {
  const { access_token, refresh_token, id_token, expires_in } = members;
  return {
    access_token,
    token_type: 'bearer',
    id_token,
    ...(refresh_token ? { refresh_token } : {}),
    ...(Number(expires_in) > 0 ? { expires_in: Number(expires_in) } : {}),
  };
}
