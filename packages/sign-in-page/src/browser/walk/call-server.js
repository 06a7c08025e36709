import { facts } from '../facts.js';
import { StepFailure } from '../step-failure.js';
import { jsonOf, orFail } from '../wire/answer.js';
import { objectOf, parseJson, textOf } from '../wire/json.js';
import { callRequest, initializedNotification } from '../wire/mcp.js';
import { STATELESS_REVISION } from '../wire/revisions.js';
import { serverIsGone } from './advice.js';
import { openServer } from './open-server.js';
import { refusal } from './refusal.js';

/** @import { Ask } from '../wire/recording-fetch.js' */
/** @import { JsonObject } from '../wire/json.js' */
/** @import { McpRequest } from '../wire/mcp.js' */
/** @import { Spoken } from './open-server.js' */
/** @import { Step } from './steps.js' */

/**
 * What a call needs to be made and explained.
 *
 * @typedef {object} Call
 * @property {string} [token] Nothing where nobody has to sign in.
 * @property {string} [scope] What was asked for with the sign-in.
 * @property {(spoken: Spoken) => void} tell Is told which revision the server speaks, as soon as that is known.
 */

/**
 * Calls the server as an MCP client of today does: the tool at once where there is no handshake; initialize, say so,
 * call where there is one.
 *
 * @param {Step} step
 * @param {Ask} ask
 * @param {Call} call
 * @returns {Promise<JsonObject>} what the tool says
 */
export async function callServer(step, ask, call) {
  const authorization = call.token === undefined ? {} : { authorization: `Bearer ${call.token}` };
  /** @param {Response} response */
  const served = async (response) => {
    if (!response.ok) throw await refusal(response, call);
    return response;
  };
  /** @param {McpRequest} request */
  const send = async (request) => served(await orFail(ask(facts.mcp, request), serverIsGone));
  const { response: opened, spoken } = await openServer(ask, authorization);
  await served(opened);
  resultOf(await jsonOf(opened), 'server');
  call.tell(spoken);
  const { revision } = spoken;
  const stateless = revision === STATELESS_REVISION;
  const session = stateless ? null : opened.headers.get('mcp-session-id');
  const headers = {
    ...authorization,
    ...(stateless ? {} : { 'mcp-protocol-version': revision }),
    ...(session === null ? {} : { 'mcp-session-id': session }),
  };
  if (!stateless) await send(initializedNotification(headers));
  const result = resultOf(await jsonOf(await send(callRequest(revision, headers))), 'tool');
  const claims = facts.tool === undefined ? result : claimsOf(result);
  const inWhich = `It was called in MCP ${revision}, ${stateless ? 'without a' : 'after a'} handshake.`;
  const said = facts.signIn ? 'The server knows who you are.' : 'The server serves everybody.';
  step.summary = `${!facts.signIn && textOf(claims.error) ? `The tool says: ${claims.error}.` : said} ${inWhich}`;
  return claims;
}

/**
 * @param {JsonObject} answer
 * @param {'server' | 'tool'} who
 */
function resultOf(answer, who) {
  const result = objectOf(answer.result);
  if (result.resultType === 'input_required') {
    throw new StepFailure('The tool asks for more before it answers (input_required).', [
      'This page has nothing to give: name a tool without arguments that answers at once.',
    ]);
  }
  if (answer.result === undefined || result.isError === true) {
    throw new StepFailure(`The ${who} failed: ${textOf(objectOf(answer.error).message) ?? 'no result'}.`, [
      'Look into the server’s log.',
    ]);
  }
  return result;
}

/**
 * @param {JsonObject} result
 * @returns {JsonObject}
 */
function claimsOf({ structuredContent, content }) {
  if (structuredContent !== undefined) return objectOf(structuredContent);
  const [first] = Array.isArray(content) ? content : [];
  const text = textOf(objectOf(first).text) ?? '';
  return objectOf(parseJson(text) ?? { text });
}
