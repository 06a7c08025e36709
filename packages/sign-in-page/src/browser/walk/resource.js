import { facts } from '../facts.js';
import { StepFailure } from '../step-failure.js';
import { jsonOf, orFail } from '../wire/answer.js';
import { bearerChallenge } from '../wire/challenge.js';
import { textOf } from '../wire/json.js';
import { serverIsGone } from './advice.js';
import { openServer } from './open-server.js';

/** @import { Ask } from '../wire/recording-fetch.js' */
/** @import { Step } from './steps.js' */

/**
 * Calls the server without a token, to be told where to go on (RFC 9728 §5.1).
 *
 * @param {Step} step
 * @param {Ask} ask
 */
export async function askWithoutToken(step, ask) {
  const { response } = await openServer(ask, {});
  const { status, headers } = response;
  if (status === 503) {
    throw new StepFailure('The server is not ready: it waits for the identity provider.', [
      'Wait, and try again; the server’s log says what it waits for.',
    ]);
  }
  const challenge = bearerChallenge(headers);
  if (status !== 401 || challenge === undefined) {
    throw new StepFailure(`The server answered ${status}, where a Bearer challenge (401) was expected.`, [
      'A proxy in front of the server may have answered: look at the response below and into the server’s log.',
    ]);
  }
  const { resource_metadata: metadataUrl = '', scope } = challenge;
  if (URL.parse(metadataUrl)?.origin !== location.origin) {
    throw new StepFailure(
      `The challenge names its metadata at ${metadataUrl || 'no address'}, not at this server.`,
      ['Set PUBLIC_URL to the address that people and clients use.'],
    );
  }
  step.summary = `401, and the way on: the metadata of this resource${scope ? `, and the scopes to ask for: ${scope}` : ''}.`;
  return { scope, metadataUrl };
}

/**
 * Reads what the server says about itself (RFC 9728 §3).
 *
 * @param {Step} step
 * @param {Ask} ask
 * @param {{ scope: string | undefined, metadataUrl: string }} invitation
 */
export async function readResource(step, ask, { scope, metadataUrl }) {
  const response = await orFail(ask(metadataUrl), serverIsGone);
  const { resource, authorization_servers, scopes_supported } = await jsonOf(response);
  const [issuer] = Array.isArray(authorization_servers) ? authorization_servers : [];
  if (!response.ok || textOf(issuer) === undefined) {
    throw new StepFailure(
      `The metadata of the resource names no authorization server (status ${response.status}).`,
      ['A proxy in front of the server may keep /.well-known/ from it: hand those requests on.'],
    );
  }
  // Byte for byte (RFC 9728 §3.3).
  if (resource !== facts.mcp) {
    throw new StepFailure(`The metadata is of ${String(resource)}, not of ${facts.mcp}.`, [
      'Set PUBLIC_URL to the address that people and clients use.',
    ]);
  }
  const supported = Array.isArray(scopes_supported) ? scopes_supported.join(' ') : '';
  step.summary = `The issuer is ${String(issuer)}.`;
  // The challenge's scopes are the authoritative ones (MCP authorization, "Scope Selection Strategy").
  return { issuer: String(issuer), scope: scope ?? supported };
}
