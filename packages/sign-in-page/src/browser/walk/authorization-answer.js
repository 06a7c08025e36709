import { redirectUri } from '../facts.js';
import { validateAuthResponse } from '../oauth4webapi.js';
import { StepFailure } from '../step-failure.js';
import { idpError } from './idp-error.js';

/** @import { SavedWalk } from './saved-walk.js' */
/** @import { Step } from './steps.js' */

/**
 * Reads what the identity provider sent the browser back with.
 *
 * @param {Step} step
 * @param {SavedWalk} saved
 * @param {URLSearchParams | undefined} answer
 */
export function readAnswer(step, saved, answer) {
  const { clientId, server, state } = saved;
  if (answer === undefined) {
    throw new StepFailure('You came back without an answer from the identity provider.', [
      `If it showed an error page: the client ${clientId} has to exist there, to be public and enabled, and to have exactly the redirect URI ${redirectUri}. An identity provider sends nobody back to an address that is not registered.`,
      'If you only went back: press Sign in again.',
    ]);
  }
  try {
    // With `iss` compared (RFC 9207 §2.4), also where it is not advertised (MCP authorization).
    const parameters = validateAuthResponse(server, { client_id: clientId }, answer, state);
    if (parameters.has('code')) {
      step.summary = `Back with a code; its state${answer.has('iss') ? ' and its issuer are' : ' is'} right.`;
      return parameters;
    }
  } catch (error) {
    throw answerFailure(saved, answer) ?? error;
  }
  throw new StepFailure('The answer has neither a code nor an error.', [
    `Look into the log of the identity provider: ${server.issuer}.`,
  ]);
}

/**
 * Why an answer of the authorization endpoint is not taken.
 *
 * @param {SavedWalk} saved
 * @param {URLSearchParams} answer
 */
function answerFailure(saved, answer) {
  const { issuer } = saved.server;
  const { iss, state, error, error_description } = Object.fromEntries(answer);
  if (state !== saved.state) {
    return new StepFailure(
      'The answer’s state is not the one that was sent: it belongs to another sign-in.',
      [
        'Press Sign in again, in one tab only. If it goes on, somebody may be trying to sign you in as somebody else.',
      ],
    );
  }
  if (!iss && saved.server.authorization_response_iss_parameter_supported) {
    return new StepFailure('The answer has no iss, though the metadata says that it has one (RFC 9207).', [
      'MCP clients stop here: the identity provider has to send what it advertises.',
    ]);
  }
  if (iss && iss !== issuer) {
    return new StepFailure(`The answer is from the issuer ${iss}, not from ${issuer} (RFC 9207).`, [
      'MCP clients stop here, as it may be a mix-up attack. If it is your identity provider all the same, its metadata has to name the issuer that it sends.',
    ]);
  }
  return idpError(error, error_description, saved);
}
