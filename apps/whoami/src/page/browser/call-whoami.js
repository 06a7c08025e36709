import { bearerChallenge } from './challenge.js';
import { ask } from './exchange.js';
import { jwtPayload, objectOf, parseJson, textOf } from './json.js';
import { initializedNotification, initializeRequest, whoamiRequest } from './mcp.js';
import { serverIsGone } from './server-is-gone.js';
import { StepFailure } from './steps.js';
import { orFail } from './walk.js';

/** @import { Answer } from './exchange.js' */
/** @import { JsonObject } from './json.js' */
/** @import { Step } from './steps.js' */
/** @import { Walk } from './walk.js' */

/**
 * Calls the tool as an MCP client does: initialize, say so, call.
 *
 * @param {Walk} walk
 * @param {Step} step
 * @param {string | undefined} token Nothing where nobody has to sign in.
 * @returns {Promise<JsonObject>} what whoami says
 */
export async function callWhoami({ facts, secrets }, step, token) {
  secrets.add(token);
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  /** @param {import('./mcp.js').McpRequest} request */
  const send = async (request) => {
    const answer = await orFail(ask(step.exchanges, secrets, facts.mcp, request), serverIsGone);
    if (!answer.ok) throw refusal(answer, facts, token);
    return answer;
  };
  const initialized = await send(initializeRequest(authorization));
  const session = initialized.headers.get('mcp-session-id');
  const headers = { ...authorization, ...(session === null ? {} : { 'mcp-session-id': session }) };
  await send(initializedNotification(headers));
  const answer = objectOf((await send(whoamiRequest(headers))).json);
  const result = objectOf(answer.result);
  if (answer.result === undefined || result.isError === true) {
    throw new StepFailure(`The tool failed: ${textOf(objectOf(answer.error).message) ?? 'no result'}.`, [
      'Look into the server’s log.',
    ]);
  }
  const claims = claimsOf(result);
  step.summary =
    token === undefined ? `The tool says: ${String(claims.error)}.` : 'The server knows who you are.';
  return claims;
}

/**
 * @param {JsonObject} result
 * @returns {JsonObject}
 */
function claimsOf({ structuredContent, content }) {
  if (structuredContent !== undefined) return objectOf(structuredContent);
  const [first] = Array.isArray(content) ? content : [];
  return objectOf(parseJson(textOf(objectOf(first).text) ?? ''));
}

/**
 * Why the server does not serve the call.
 *
 * @param {Answer} answer
 * @param {Walk['facts']} facts
 * @param {string | undefined} token
 */
function refusal({ status, headers, json }, facts, token) {
  const challenge = bearerChallenge(headers) ?? {};
  const description = challenge.error_description ?? textOf(objectOf(json).error_description);
  const said = description === undefined ? '' : `: ${description}`;
  if (status === 401) {
    const advice = facts.advice[description ?? ''];
    return new StepFailure(`The server refuses the token${said}.`, [
      ...tokenAdvice(token, facts, description),
      ...(advice === undefined ? [] : [advice]),
      'The server’s log has a line for this refusal that says what was expected and what was found.',
    ]);
  }
  if (status === 403) {
    const wanted = challenge.scope;
    return new StepFailure(`The server refuses the call${said}.`, [
      ...(wanted === undefined
        ? []
        : [
            `The call needs a token with the scopes ${wanted}: the client has to be allowed to ask for them, and the user to have them.`,
          ]),
      'The server’s log has a line for this refusal.',
    ]);
  }
  if (status === 503) {
    const wait = headers.get('retry-after');
    return new StepFailure(`The server can not ask the identity provider${said}.`, [
      `The token may be good: try again${wait === null ? ' later' : ` in ${wait} seconds`}. The server’s log says what did not answer.`,
    ]);
  }
  return new StepFailure(`The server answered ${status}.`, [
    'Look at the response below and into the server’s log.',
  ]);
}

/**
 * @param {string | undefined} token
 * @param {Walk['facts']} facts
 * @param {string | undefined} description
 * @returns {string[]}
 */
function tokenAdvice(token, facts, description) {
  if (!/audience/i.test(description ?? '') || token === undefined) return [];
  const claims = jwtPayload(token);
  return [
    claims === undefined
      ? `The token is opaque, and nothing says for whom it is. The server wants a token for ${facts.mcp}.`
      : `The token’s aud is ${JSON.stringify(claims.aud ?? null)}. The server wants ${facts.mcp} there.`,
  ];
}
