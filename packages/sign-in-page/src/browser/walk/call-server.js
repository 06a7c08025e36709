import { facts } from '../facts.js';
import { StepFailure } from '../step-failure.js';
import { jsonOf, orFail } from '../wire/answer.js';
import { bearerChallenge } from '../wire/challenge.js';
import { jwtPayload, objectOf, parseJson, textOf } from '../wire/json.js';
import { furtherRequests, initializeRequest } from '../wire/mcp.js';
import { serverIsGone } from './advice.js';

/** @import { Ask } from '../wire/recording-fetch.js' */
/** @import { JsonObject } from '../wire/json.js' */
/** @import { McpRequest } from '../wire/mcp.js' */
/** @import { Step } from './steps.js' */

/**
 * Calls the server as an MCP client does: initialize, say so, call the tool.
 *
 * @param {Step} step
 * @param {Ask} ask
 * @param {string | undefined} token Nothing where nobody has to sign in.
 * @returns {Promise<JsonObject>} what the tool says
 */
export async function callServer(step, ask, token) {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  /** @param {McpRequest} request */
  const send = async (request) => {
    const response = await orFail(ask(facts.mcp, request), serverIsGone);
    if (!response.ok) throw await refusal(response, token);
    return response;
  };
  let response = await send(initializeRequest(authorization));
  const session = response.headers.get('mcp-session-id');
  const headers = { ...authorization, ...(session === null ? {} : { 'mcp-session-id': session }) };
  for (const request of furtherRequests(headers)) response = await send(request);
  const answer = await jsonOf(response);
  const result = objectOf(answer.result);
  if (answer.result === undefined || result.isError === true) {
    throw new StepFailure(`The tool failed: ${textOf(objectOf(answer.error).message) ?? 'no result'}.`, [
      'Look into the server’s log.',
    ]);
  }
  const claims = facts.tool === undefined ? result : claimsOf(result);
  step.summary = facts.signIn ? 'The server knows who you are.' : 'The server serves everybody.';
  if (!facts.signIn && textOf(claims.error)) step.summary = `The tool says: ${claims.error}.`;
  return claims;
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

/**
 * Why the server does not serve the call.
 *
 * @param {Response} response
 * @param {string | undefined} token
 */
async function refusal(response, token) {
  const { status, headers } = response;
  const { reason, error_description } = await jsonOf(response);
  const challenge = bearerChallenge(headers) ?? {};
  const description = challenge.error_description ?? textOf(error_description);
  const said = description === undefined ? '' : `: ${description}`;
  if (status === 401) {
    return new StepFailure(`The server refuses the token${said}.`, [
      ...audienceAdvice(String(reason), token),
      ...[facts.advice[String(reason)] ?? []].flat(),
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
    return new StepFailure(`The server cannot ask the identity provider${said}.`, [
      `The token may be good: try again${wait === null ? ' later' : ` in ${wait} seconds`}. The server’s log says what did not answer.`,
    ]);
  }
  return new StepFailure(`The server answered ${status}.`, [
    'Look at the response below and into the server’s log.',
  ]);
}

/**
 * @param {string} reason
 * @param {string | undefined} token
 * @returns {string[]}
 */
function audienceAdvice(reason, token) {
  if (!reason.startsWith('audience_') || token === undefined) return [];
  const claims = jwtPayload(token);
  return [
    claims === undefined
      ? `The token is opaque, and nothing says for whom it is. The server wants a token for ${facts.mcp}.`
      : `The token’s aud is ${JSON.stringify(claims.aud ?? null)}. The server wants ${facts.mcp} there.`,
  ];
}
