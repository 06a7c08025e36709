import { oauthErrorAdvice, onlyPagesAdvice, redirectUri, statusAdvice } from './advice.js';
import { callWhoami } from './call-whoami.js';
import { ask } from './exchange.js';
import { jwtPayload, objectOf, textOf } from './json.js';
import { showParameters } from './show-exchange.js';
import { StepFailure } from './steps.js';
import { orFail, takeStep } from './walk.js';

/** @import { JsonObject } from './json.js' */
/** @import { SavedWalk } from './saved-walk.js' */
/** @import { Step } from './steps.js' */
/** @import { Walk } from './walk.js' */

/**
 * The second half: the person is back from the identity provider.
 *
 * @param {Walk} walk
 * @param {SavedWalk} saved
 * @param {URLSearchParams | undefined} answer The query of the redirect; nothing when there was none.
 * @returns {Promise<JsonObject>} what whoami says
 */
export async function walkFromIdp(walk, saved, answer) {
  const code = await takeStep(walk, 'authorization', (step) => readAnswer(walk, step, saved, answer));
  const token = await takeStep(walk, 'token', (step) => redeem(walk, step, saved, code));
  return takeStep(walk, 'whoami', (step) => callWhoami(walk, step, token));
}

/**
 * @param {Walk} walk
 * @param {Step} step
 * @param {SavedWalk} saved
 * @param {URLSearchParams | undefined} answer
 */
function readAnswer({ facts, secrets }, step, saved, answer) {
  const { clientId, issuer } = saved;
  const exchange = step.exchanges.at(-1);
  if (answer === undefined) {
    if (exchange !== undefined) exchange.response = 'None: the browser came back without an answer.';
    throw new StepFailure('You came back without an answer from the identity provider.', [
      `If it showed an error page: the client ${clientId} has to exist there, to be public and enabled, and to have exactly the redirect URI ${redirectUri}. An identity provider sends nobody back to an address that is not registered.`,
      'If you only went back: press Sign in again.',
    ]);
  }
  const code = textOf(answer.get('code'));
  secrets.add(code);
  if (exchange !== undefined) {
    exchange.response = secrets.hide(`Back at ${redirectUri}\n\n${showParameters(answer)}`);
  }
  if (answer.get('state') !== saved.state) {
    throw new StepFailure('The answer’s state is not the one that was sent: it belongs to another sign-in.', [
      'Press Sign in again, in one tab only. If it goes on, somebody may be trying to sign you in as somebody else.',
    ]);
  }
  checkIssuer(answer.get('iss'), saved);
  const error = answer.get('error');
  if (error !== null) {
    const description = answer.get('error_description');
    throw new StepFailure(
      `The identity provider said ${error}${description ? `: ${description}` : ''}`,
      oauthErrorAdvice(error, { facts, ...saved }),
    );
  }
  if (code === undefined) {
    throw new StepFailure('The answer has neither a code nor an error.', [
      `Look into the log of the identity provider: ${issuer}.`,
    ]);
  }
  step.summary = `Back with a code; its state${answer.has('iss') ? ' and its issuer are' : ' is'} right.`;
  return code;
}

/**
 * RFC 9207 §2.4; an `iss` is compared even where it is not advertised (MCP authorization).
 *
 * @param {string | null} iss
 * @param {SavedWalk} saved
 */
function checkIssuer(iss, { issuer, issExpected }) {
  if (iss === null && issExpected) {
    throw new StepFailure('The answer has no iss, though the metadata says that it has one (RFC 9207).', [
      'MCP clients stop here: the identity provider has to send what it advertises.',
    ]);
  }
  if (iss !== null && iss !== issuer) {
    throw new StepFailure(`The answer is from the issuer ${iss}, not from ${issuer} (RFC 9207).`, [
      'MCP clients stop here, as it may be a mix-up attack. If it is your identity provider all the same, its metadata has to name the issuer that it sends.',
    ]);
  }
}

/**
 * @param {Walk} walk
 * @param {Step} step
 * @param {SavedWalk} saved
 * @param {string} code
 */
async function redeem({ facts, secrets }, step, saved, code) {
  const { tokenEndpoint, verifier, clientId, resource } = saved;
  secrets.add(verifier);
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    client_id: clientId,
    code_verifier: verifier,
    resource,
  });
  const asking = ask(step.exchanges, secrets, tokenEndpoint, {
    method: 'POST',
    headers: { accept: 'application/json' },
    body,
  });
  const answer = await orFail(asking, {
    unreadable: [
      `The token endpoint does not allow pages of ${location.origin} to read its answer (CORS).`,
      `Allow the origin ${location.origin} for the client ${clientId} at the identity provider (in Keycloak: Web origins; elsewhere: CORS, allowed origins, or an application of the type "single page").`,
      onlyPagesAdvice,
    ],
    unreachable: [
      `The token endpoint ${tokenEndpoint} can not be reached.`,
      'Is it running, and can this browser reach it by that name?',
    ],
    late: ['The token endpoint does not answer in time.', 'Look into the identity provider’s log.'],
  });
  const said = objectOf(answer.json);
  const error = textOf(said.error);
  if (error !== undefined) {
    const description = textOf(said.error_description);
    throw new StepFailure(
      `The identity provider said ${error}${description ? `: ${description}` : ''}`,
      oauthErrorAdvice(error, { facts, ...saved }),
    );
  }
  const token = textOf(said.access_token);
  if (!answer.ok || token === undefined) {
    throw new StepFailure(`The token endpoint answered ${answer.status}, without an access token.`, [
      answer.ok
        ? 'It has to answer in JSON, with access_token (RFC 6749 section 5.1).'
        : statusAdvice(answer.status),
    ]);
  }
  if (textOf(said.token_type)?.toLowerCase() !== 'bearer') {
    throw new StepFailure(`The token is of the type ${String(said.token_type)}, and MCP wants Bearer.`, [
      `Switch off for the client ${clientId} what binds tokens to their sender (DPoP, mutual TLS).`,
    ]);
  }
  step.summary = describeToken(token, said);
  return token;
}

/**
 * @param {string} token
 * @param {JsonObject} answer
 */
function describeToken(token, { scope, expires_in }) {
  const claims = jwtPayload(token);
  const kind =
    claims === undefined
      ? 'An opaque access token'
      : `An access token that is a JWT, for the audience ${JSON.stringify(claims.aud ?? null)}`;
  const scopes = textOf(scope) ?? textOf(claims?.scope);
  return [
    kind,
    ...(scopes === undefined ? [] : [`with the scopes ${scopes}`]),
    ...(typeof expires_in === 'number' ? [`good for ${expires_in} seconds`] : []),
  ]
    .join(', ')
    .concat('.');
}
