import { redirectUri } from '../facts.js';
import { showRevision } from '../show/revision.js';
import { offerToken } from '../show/token-copy.js';
import { showParameters } from '../wire/show-exchange.js';
import { readAnswer } from './authorization-answer.js';
import { callServer } from './call-server.js';
import { redeem } from './token.js';

/** @import { JsonObject } from '../wire/json.js' */
/** @import { Spoken } from './open-server.js' */
/** @import { SavedWalk } from './saved-walk.js' */
/** @import { Walk } from './walk.js' */

/**
 * The second half: the person is back from the identity provider.
 *
 * @param {Walk} walk
 * @param {SavedWalk} saved
 * @param {URLSearchParams | undefined} answer The query of the redirect; nothing when there was none.
 * @returns {Promise<JsonObject>} what the server says
 */
export async function walkFromIdp({ take, secrets }, saved, answer) {
  secrets.add(answer?.get('code'));
  secrets.add(saved.verifier);
  const parameters = await take('authorization', (step) => {
    const exchange = step.exchanges.at(-1);
    if (exchange !== undefined) {
      exchange.response = answer
        ? secrets.hide(`Back at ${redirectUri}\n\n${showParameters(answer)}`)
        : 'None: the browser came back without an answer.';
    }
    return readAnswer(step, saved, answer);
  });
  const token = await take('token', (step, ask) => redeem(step, ask, saved, parameters));
  secrets.add(token);
  /** @type {Spoken | undefined} */
  let spoken;
  try {
    return await take('call', (step, ask) =>
      callServer(step, ask, {
        token,
        scope: saved.scope,
        tell: (found) => {
          spoken = found;
          showRevision(found);
        },
      }),
    );
  } finally {
    // A token that the server refuses is worth a look by curl too.
    offerToken(token, spoken?.revision);
  }
}
