import { facts } from '../facts.js';
import { StepFailure } from '../step-failure.js';
import { jsonOf, orFail } from '../wire/answer.js';
import { objectOf, textOf } from '../wire/json.js';
import { discoverRequest, initializeRequest } from '../wire/mcp.js';
import { HANDSHAKE_REVISION, revisionsIn, STATELESS_REVISION } from '../wire/revisions.js';
import { serverIsGone } from './advice.js';

/** @import { Ask } from '../wire/recording-fetch.js' */

/**
 * How a client of today opens with this server: the revision that they speak, and what the server says that it
 * supports.
 *
 * @typedef {{ revision: string, supported: string[] }} Spoken
 */

/**
 * Opens as a client of today: asks what the server is in the revision without a handshake, and shakes hands where the
 * server does not speak that (MCP 2026-07-28, "Versioning and Compatibility").
 *
 * @param {Ask} ask
 * @param {Record<string, string>} headers
 * @returns {Promise<{ response: Response, spoken: Spoken }>} the answer that decides, which may be a refusal
 */
export async function openServer(ask, headers) {
  const discovered = await orFail(ask(facts.mcp, discoverRequest(headers)), serverIsGone);
  const { speaks, supported } = revisionsIn(discovered.status, await jsonOf(discovered));
  if (speaks === 'newer') {
    throw new StepFailure(`The server speaks only MCP ${supported.join(', ')}.`, [
      `This page speaks ${STATELESS_REVISION} and older revisions, as clients of today do: have the server speak one of them too, or take a newer release of the page.`,
    ]);
  }
  if (speaks !== 'handshake')
    return { response: discovered, spoken: { revision: STATELESS_REVISION, supported } };
  const response = await orFail(ask(facts.mcp, initializeRequest(headers)), serverIsGone);
  const { protocolVersion } = objectOf((await jsonOf(response)).result);
  return { response, spoken: { revision: textOf(protocolVersion) ?? HANDSHAKE_REVISION, supported } };
}
