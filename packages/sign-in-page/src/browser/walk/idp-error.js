import { facts, redirectUri } from '../facts.js';
import { StepFailure } from '../step-failure.js';
import { textOf } from '../wire/json.js';
import { printable } from '../wire/printable.js';

/**
 * What the authorization or token endpoint says is wrong, and what that asks for (RFC 6749 §4.1.2.1 and §5.2,
 * RFC 8707 §2, OpenID Connect Core §3.1.2.6).
 *
 * @param {unknown} error
 * @param {unknown} description
 * @param {{ clientId: string, scope: string, resource: string }} request
 * @returns {StepFailure | undefined} nothing where no error is named
 */
export function idpError(error, description, { clientId, scope, resource }) {
  const code = textOf(error);
  if (code === undefined) return undefined;
  const setting = facts.settings.scopes;
  /** @type {Record<string, string[]>} */
  const advice = {
    access_denied: [
      'Press Sign in again and accept, if it was you who cancelled.',
      'If you did not cancel, a rule of the identity provider keeps this user out of this client: look into its log.',
    ],
    invalid_scope: [
      `Give the client ${clientId} the scopes it asks for: ${scope || '(none)'}.`,
      ...(setting === undefined ? [] : [`Or have this server ask for others: set ${setting}.`]),
    ],
    invalid_target: [
      `Make ${resource} known to the identity provider as a resource (an API), exactly like that, without a slash at the end. MCP clients ask for tokens for it by the parameter \`resource\` (RFC 8707).`,
    ],
    unauthorized_client: [
      `Allow the client ${clientId} the authorization code grant (in Keycloak: Standard flow).`,
    ],
    invalid_client: [
      `The client ${clientId} has to exist and to be public (no secret): a web page cannot keep one, and many MCP clients neither.`,
    ],
    invalid_grant: [
      `The identity provider did not take the code. It is good once and for a short time: press Sign in again. If it goes on, the redirect URI ${redirectUri} or the PKCE verifier is not taken as it was sent; its log says which.`,
    ],
    invalid_request: [
      'A parameter is missing or not taken: compare the request below with what the identity provider expects. Some take no parameter that they do not know, such as `resource`.',
    ],
    unsupported_response_type: [`Allow the client ${clientId} the response type "code".`],
    unsupported_grant_type: [`Allow the client ${clientId} the grant type "authorization_code".`],
    server_error: ['The fault is at the identity provider: look into its log.'],
    temporarily_unavailable: ['The identity provider is overloaded or in maintenance: try again later.'],
    login_required: [
      'The identity provider wants a sign-in that it did not show: sign in there, and try again.',
    ],
    consent_required: [
      'The identity provider wants a consent that it did not ask for: grant it there to the client.',
    ],
    interaction_required: [
      'The identity provider wants something of you that it did not show: sign in there first.',
    ],
  };
  return new StepFailure(
    `The identity provider said ${printable(code)}.`,
    advice[code] ?? ['Look the error up in the identity provider’s documentation, and look into its log.'],
    textOf(description),
  );
}
