import {
  type AuthorizationServer,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  calculatePKCECodeChallenge,
  customFetch,
  generateRandomCodeVerifier,
  generateRandomState,
  None,
  processAuthorizationCodeResponse,
  validateAuthResponse,
} from 'oauth4webapi';
import type { Callback } from './callback.ts';
import { type Finding, ok } from './finding.ts';
import { idpErrorOf } from './oauth-error.ts';
import type { SignInResult } from './sign-in.ts';
import type { ClientMetadata } from './view/clients-view.ts';

/** How long a token request may take, in milliseconds. */
const TOKEN_TIMEOUT_MS = 5_000;

/** One sign-in. */
interface Flow {
  callback: Callback;
  clientId: string;
  resource: string;
  scope: string;
  show(authorizationUrl: URL): void;
}

/** Sends a person to the IdP, and turns what comes back into an access token (RFC 6749 §4.1). */
export async function authorize(
  metadata: ClientMetadata,
  reach: (url: string) => string,
  { callback, clientId, resource, scope, show }: Flow,
): Promise<SignInResult> {
  const { authorization_response_iss_parameter_supported: sendsIssuer, issuer } = metadata;
  const server: AuthorizationServer = {
    issuer,
    token_endpoint: reach(metadata.token_endpoint ?? ''),
    ...(sendsIssuer === undefined ? {} : { authorization_response_iss_parameter_supported: sendsIssuer }),
  };
  const [state, verifier] = [generateRandomState(), generateRandomCodeVerifier()];
  const url = new URL(metadata.authorization_endpoint ?? '');
  const parameters = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: callback.redirectUri,
    state,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    resource,
    ...(scope === '' ? {} : { scope }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  show(url);
  const answered = await callback.answer;
  if (answered === undefined) {
    const title = 'Nobody came back from the identity provider’s page.';
    const mend = [
      'Does its page say an error? Mostly the redirect URI or the client id is not registered there.',
    ];
    return { findings: [{ id: 'sign-in.late', severity: 'error', title, mend }] };
  }
  const code = idpErrorOf(Object.fromEntries(answered));
  if (answered.has('error'))
    return {
      findings: [fault(`The identity provider refuses the sign-in (${code ?? 'an unknown error'}).`)],
    };
  const client = { client_id: clientId };
  try {
    const checked = validateAuthResponse(server, client, answered, state);
    const response = await authorizationCodeGrantRequest(
      server,
      client,
      None(),
      checked,
      callback.redirectUri,
      verifier,
      {
        additionalParameters: { resource },
        // What plain http means was said.
        [allowInsecureRequests]: true,
        [customFetch]: (to, { body, headers }) =>
          fetch(to, {
            method: 'POST',
            body,
            headers,
            redirect: 'manual',
            signal: AbortSignal.timeout(TOKEN_TIMEOUT_MS),
          }),
      },
    );
    if (!response.ok) {
      const error = idpErrorOf(await response.json().catch(() => undefined));
      return {
        findings: [
          fault(`The token endpoint answers ${response.status}${error === undefined ? '' : ` (${error})`}.`),
        ],
      };
    }
    // MCP clients do not look at an ID token.
    const { id_token: _, ...said } = Object(await response.json());
    const tokens = await processAuthorizationCodeResponse(
      server,
      client,
      new Response(JSON.stringify(said), response),
    );
    return { token: tokens.access_token, findings: [ok('sign-in', 'The sign-in gives an access token.')] };
  } catch (error) {
    // The texts of oauth4webapi repeat nothing of an answer; its codes say which rule is broken.
    const reason =
      error instanceof Error ? ('code' in error ? `${error.message}, ${error.code}` : error.name) : '';
    return { findings: [fault(`The answer to the sign-in cannot be used (${reason}).`)] };
  }
}

function fault(title: string): Finding {
  const mend = ['Look into the identity provider’s log: it says why.'];
  return { id: 'sign-in', severity: 'error', title, why: 'MCP clients sign in the same way.', mend };
}
