import { readFacts } from './facts.js';

/** @import { Facts } from './facts.js' */

/** Where the person comes back to: exactly this has to be registered. */
export const redirectUri = `${readFacts().publicUrl}/`;

/**
 * How a client is had where none can be registered from here.
 *
 * @param {Facts} facts
 * @returns {string[]}
 */
export function ownClientAdvice({ clientIdVariable }) {
  return [
    `Register a public client (no secret, PKCE with S256) at the identity provider, with the redirect URI ${redirectUri} and the web origin ${location.origin}, and enter its client id below.`,
    ...(clientIdVariable === undefined
      ? []
      : [
          `To keep it for everybody who opens this page, set ${clientIdVariable} to that client id and restart the server.`,
        ]),
  ];
}

/** What else is told where a browser is the trouble, and no MCP client outside of one has it. */
export const onlyPagesAdvice =
  'This concerns clients that run in a web page, such as this one. MCP clients outside a browser are not stopped by it.';

/**
 * What an OAuth error of the authorization or token endpoint asks for (RFC 6749 §4.1.2.1 and §5.2, RFC 8707 §2,
 * OpenID Connect Core §3.1.2.6).
 *
 * @param {string} error
 * @param {{ facts: Facts, clientId: string, scope: string, resource: string }} request
 * @returns {string[]}
 */
export function oauthErrorAdvice(error, { facts, clientId, scope, resource }) {
  const scopesVariable = facts.clientIdVariable?.replace('PAGE_CLIENT_ID', 'SCOPES');
  /** @type {Record<string, string[]>} */
  const advice = {
    access_denied: [
      'Press Sign in again and accept, if it was you who cancelled.',
      'If you did not cancel, a rule of the identity provider keeps this user out of this client: look into its log.',
    ],
    invalid_scope: [
      `Give the client ${clientId} the scopes it asks for: ${scope || '(none)'}.`,
      ...(scopesVariable === undefined ? [] : [`Or have this server ask for others: set ${scopesVariable}.`]),
    ],
    invalid_target: [
      `Make ${resource} known to the identity provider as a resource (an API), exactly like that, without a slash at the end. MCP clients ask for tokens for it by the parameter \`resource\` (RFC 8707).`,
    ],
    unauthorized_client: [
      `Allow the client ${clientId} the authorization code grant (in Keycloak: Standard flow).`,
    ],
    invalid_client: [
      `The client ${clientId} has to exist and to be public (no secret): a web page can not keep one, and many MCP clients neither.`,
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
  return (
    advice[error] ?? ['Look the error up in the identity provider’s documentation, and look into its log.']
  );
}

/**
 * What a server of any kind is told to mend after a status that is no answer of OAuth's.
 *
 * @param {number} status
 */
export function statusAdvice(status) {
  if (status === 429) return 'It has had too many requests: wait, and try again.';
  if (status >= 500) return 'The fault is at the identity provider: look into its log, or try again later.';
  return 'Look into the identity provider’s log.';
}
