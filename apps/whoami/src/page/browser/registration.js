import { onlyPagesAdvice, ownClientAdvice, redirectUri, statusAdvice } from './advice.js';
import { ask } from './exchange.js';
import { objectOf, textOf } from './json.js';
import { StepFailure } from './steps.js';
import { orFail } from './walk.js';

/** @import { AuthorizationServer } from './metadata.js' */
/** @import { Step } from './steps.js' */
/** @import { Walk } from './walk.js' */

/**
 * Gives the page a client id: the one that was entered, the one that is configured, or one that it registers for
 * itself (RFC 7591).
 *
 * @param {Walk} walk
 * @param {Step} step
 * @param {{ server: AuthorizationServer, scope: string, givenClientId: string | undefined }} options
 * @returns {Promise<string>}
 */
export async function registerClient({ facts, secrets }, step, { server, scope, givenClientId }) {
  if (givenClientId !== undefined) {
    step.summary = `The client id was entered here: ${givenClientId}.`;
    return givenClientId;
  }
  if (facts.clientId !== undefined) {
    step.summary = `The client id is configured: ${facts.clientId} (${facts.clientIdVariable}).`;
    return facts.clientId;
  }
  const { registrationEndpoint } = server;
  if (registrationEndpoint === undefined) {
    throw new StepFailure(
      'The identity provider offers no dynamic registration (no registration_endpoint).',
      [
        ...ownClientAdvice(facts),
        'MCP clients need the same: give each the client id that was registered for it.',
      ],
    );
  }
  const loopback = new URL(redirectUri).protocol === 'http:';
  const metadata = {
    client_name: 'whoami, the page of the MCP server',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    // http is for loopback only, and that for native clients only (OpenID Connect Registration §2).
    application_type: loopback ? 'native' : 'web',
    ...(scope === '' ? {} : { scope }),
  };
  const answer = await orFail(
    ask(step.exchanges, secrets, registrationEndpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(metadata),
    }),
    {
      unreadable: [
        `The registration endpoint does not allow pages of ${location.origin} to use it (CORS).`,
        ...ownClientAdvice(facts),
        `Or have the identity provider allow the origin ${location.origin} there. Keycloak 26.2 has no CORS on registration at all; later versions have the policy Allowed Registration Web Origins.`,
        onlyPagesAdvice,
      ],
      unreachable: [
        `The registration endpoint ${registrationEndpoint} can not be reached.`,
        'Is it running, and can this browser reach it by that name?',
        ...ownClientAdvice(facts),
      ],
      late: ['The registration endpoint does not answer in time.', ...ownClientAdvice(facts)],
    },
  );
  const { client_id, error, error_description, token_endpoint_auth_method } = objectOf(answer.json);
  const clientId = textOf(client_id);
  if (!answer.ok || clientId === undefined) {
    const said = [textOf(error), textOf(error_description)].filter(Boolean).join(': ');
    throw new StepFailure(
      `The identity provider refuses the registration (${answer.status}${said === '' ? '' : `, ${said}`}).`,
      [...refusalAdvice(answer.status, said), ...ownClientAdvice(facts)],
    );
  }
  if (textOf(token_endpoint_auth_method) !== undefined && token_endpoint_auth_method !== 'none') {
    throw new StepFailure(
      `The identity provider registered a client that needs a secret (${String(token_endpoint_auth_method)}), though one without was asked for.`,
      ['Allow it to register public clients (token_endpoint_auth_method "none").', ...ownClientAdvice(facts)],
    );
  }
  step.summary = `Registered, with the client id ${clientId}.`;
  return clientId;
}

/**
 * @param {number} status
 * @param {string} said
 */
function refusalAdvice(status, said) {
  if (/trusted hosts/i.test(said)) {
    return ['In Keycloak: Clients → Client registration → Trusted Hosts, add the host of the redirect URI.'];
  }
  if (/allowed client scopes|clientScope/i.test(said)) {
    return ['In Keycloak: Clients → Client registration → Allowed Client Scopes, add openid.'];
  }
  if (/invalid origin/i.test(said)) {
    return [
      `In Keycloak: Clients → Client registration → Allowed Registration Web Origins, add ${location.origin}. It concerns only clients that run in a web page.`,
    ];
  }
  if (status === 401 || status === 403) {
    return ['It registers no strangers: switch open (anonymous) registration on there, or do without.'];
  }
  return [statusAdvice(status)];
}
