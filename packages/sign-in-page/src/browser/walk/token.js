import { redirectUri } from '../facts.js';
import * as oauth from '../oauth4webapi.js';
import { StepFailure } from '../step-failure.js';
import { jsonOf, orFail } from '../wire/answer.js';
import { jwtPayload, textOf } from '../wire/json.js';
import { onlyPagesAdvice, statusAdvice } from './advice.js';
import { idpError } from './idp-error.js';

/** @import { Ask } from '../wire/recording-fetch.js' */
/** @import { JsonObject } from '../wire/json.js' */
/** @import { SavedWalk } from './saved-walk.js' */
/** @import { Step } from './steps.js' */

/**
 * Turns a code into an access token (RFC 6749 §4.1.3, RFC 7636 §4.5).
 *
 * @param {Step} step
 * @param {Ask} ask
 * @param {SavedWalk} saved
 * @param {URLSearchParams} parameters
 */
export async function redeem(step, ask, saved, parameters) {
  const { server, verifier, clientId, resource } = saved;
  const client = { client_id: clientId };
  const asking = oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    parameters,
    redirectUri,
    verifier,
    {
      // The grant type is the same, and is shown first.
      additionalParameters: { grant_type: 'authorization_code', resource },
      [oauth.customFetch]: ask,
      [oauth.allowInsecureRequests]: true,
    },
  );
  const response = await orFail(asking, {
    unreadable: [
      `The token endpoint does not allow pages of ${location.origin} to read its answer (CORS).`,
      `Allow the origin ${location.origin} for the client ${clientId} at the identity provider (in Keycloak: Web origins; elsewhere: CORS, allowed origins, or an application of the type "single page").`,
      onlyPagesAdvice,
    ],
    unreachable: [
      `The token endpoint ${server.token_endpoint} cannot be reached.`,
      'Is it running, and can this browser reach it by that name?',
    ],
    late: ['The token endpoint does not answer in time.', 'Look into the identity provider’s log.'],
  });
  // MCP clients do not look at an ID token.
  const { id_token: _, ...said } = await jsonOf(response);
  const answer = new Response(JSON.stringify(said), response);
  const tokens = await oauth
    .processAuthorizationCodeResponse(server, client, answer, { recognizedTokenTypes: { dpop: refuseType } })
    .catch((error) => {
      throw tokenFailure(response, said, saved) ?? error;
    });
  step.summary = describeToken(tokens);
  return tokens.access_token;
}

/**
 * Why an answer of the token endpoint has no token for MCP.
 *
 * @param {Response} response
 * @param {JsonObject} said
 * @param {SavedWalk} saved
 */
function tokenFailure({ ok, status }, { error, error_description, access_token, token_type }, saved) {
  if (textOf(error) !== undefined) return idpError(error, error_description, saved);
  if (!ok || textOf(access_token) === undefined) {
    return new StepFailure(`The token endpoint answered ${status}, without an access token.`, [
      ok ? 'It has to answer in JSON, with access_token (RFC 6749 section 5.1).' : statusAdvice(status),
    ]);
  }
  if (textOf(token_type)?.toLowerCase() === 'bearer') return undefined;
  return new StepFailure(`The token is of the type ${token_type}, and MCP wants Bearer.`, [
    `Switch off for the client ${saved.clientId} what binds tokens to their sender (DPoP, mutual TLS).`,
  ]);
}

function refuseType() {
  throw new TypeError('MCP wants Bearer');
}

/**
 * The scopes that a token names itself: `scope` of RFC 9068 §2.2.3, or `scp`, as some have it.
 *
 * @param {string} token
 * @returns {string | undefined} nothing where it is opaque or names none
 */
export function scopesOf(token) {
  const { scope, scp } = jwtPayload(token) ?? {};
  const named = scope ?? scp;
  return textOf(Array.isArray(named) ? named.join(' ') : named);
}

/** @param {oauth.TokenEndpointResponse} tokens */
function describeToken({ access_token, scope, expires_in }) {
  const claims = jwtPayload(access_token);
  const scopes = textOf(scope) ?? scopesOf(access_token);
  const parts = [
    claims === undefined
      ? 'An opaque access token'
      : `An access token that is a JWT, for the audience ${JSON.stringify(claims.aud ?? null)}`,
    ...(scopes === undefined ? [] : [`with the scopes ${scopes}`]),
    ...(expires_in === undefined ? [] : [`good for ${expires_in} seconds`]),
  ];
  return `${parts.join(', ')}.`;
}
