import { facts, redirectUri } from '../facts.js';
import {
  allowInsecureRequests,
  customFetch,
  dynamicClientRegistrationRequest,
  processDynamicClientRegistrationResponse,
} from '../oauth4webapi.js';
import { StepFailure } from '../step-failure.js';
import { jsonOf, orFail } from '../wire/answer.js';
import { textOf } from '../wire/json.js';
import { printable } from '../wire/printable.js';
import { onlyPagesAdvice, ownClientAdvice, statusAdvice } from './advice.js';

/** @import { JsonObject } from '../wire/json.js' */
/** @import { Ask } from '../wire/recording-fetch.js' */
/** @import { AuthorizationServer } from '../oauth4webapi.js' */
/** @import { Step } from './steps.js' */

/**
 * Gives the page a client id: the one that was entered, the one that is configured, or one that it registers for
 * itself (RFC 7591).
 *
 * @param {Step} step
 * @param {Ask} ask
 * @param {{ server: AuthorizationServer, scope: string, givenClientId: string | undefined }} options
 * @returns {Promise<string>}
 */
export async function registerClient(step, ask, { server, scope, givenClientId }) {
  const { id, variable } = facts.pageClient ?? {};
  if (givenClientId !== undefined) {
    step.summary = `The client id was entered here: ${givenClientId}.`;
    return givenClientId;
  }
  if (id !== undefined) {
    step.summary = `The client id is configured: ${id} (${variable}).`;
    return id;
  }
  const { registration_endpoint } = server;
  if (!registration_endpoint) {
    throw new StepFailure(
      'The identity provider offers no dynamic registration (no registration_endpoint).',
      [...ownClientAdvice, 'MCP clients need the same: give each the client id that was registered for it.'],
    );
  }
  const metadata = {
    client_name: `${facts.title}, the page of the MCP server`,
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    // http is for loopback only, and that for native clients only (OpenID Connect Registration §2).
    application_type: redirectUri.startsWith('http:') ? 'native' : 'web',
    ...(scope === '' ? {} : { scope }),
  };
  const response = await orFail(
    dynamicClientRegistrationRequest(server, metadata, { [customFetch]: ask, [allowInsecureRequests]: true }),
    {
      unreadable: [
        `The registration endpoint does not allow pages of ${location.origin} to use it (CORS).`,
        ...ownClientAdvice,
        `Or have the identity provider allow the origin ${location.origin} there. Keycloak 26.2 has no CORS on registration at all; later versions have the policy Allowed Registration Web Origins.`,
        onlyPagesAdvice,
      ],
      unreachable: [
        `The registration endpoint ${registration_endpoint} cannot be reached.`,
        'Is it running, and can this browser reach it by that name?',
        ...ownClientAdvice,
      ],
      late: ['The registration endpoint does not answer in time.', ...ownClientAdvice],
    },
  );
  const { ok, status, headers } = response;
  // MCP clients take any status of success, and a public client leaves a secret alone.
  const { client_secret: _, ...registered } = await jsonOf(response);
  const answer = new Response(JSON.stringify(registered), { headers, status: ok ? 201 : status });
  const client = await processDynamicClientRegistrationResponse(answer).catch(() => {
    const error = textOf(registered.error);
    const words = wordsOf(registered);
    throw new StepFailure(
      `The identity provider refuses the registration (${status}${error === undefined ? '' : `, ${printable(error)}`}).`,
      [...refusalAdvice(status, `${error} ${words}`), ...ownClientAdvice],
      words,
    );
  });
  const { client_id, token_endpoint_auth_method: method = 'none' } = client;
  if (method !== 'none') {
    throw new StepFailure(
      `The identity provider registered a client that needs a secret (${String(method)}), though one without was asked for.`,
      ['Allow it to register public clients (token_endpoint_auth_method "none").', ...ownClientAdvice],
    );
  }
  step.summary = `Registered, with the client id ${client_id}.`;
  return client_id;
}

/**
 * The sentence of a refusal: `error_description` (RFC 7591 §3.2.2), or what Auth0 and Okta have for it.
 *
 * @param {JsonObject} answer
 */
function wordsOf({ error_description, message, errorSummary }) {
  return [error_description, message, errorSummary].map(textOf).find((text) => text !== undefined);
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
