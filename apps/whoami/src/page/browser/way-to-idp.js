import { redirectUri } from './advice.js';
import { bearerChallenge } from './challenge.js';
import { ask } from './exchange.js';
import { objectOf, textOf } from './json.js';
import { initializeRequest } from './mcp.js';
import { findMetadata } from './metadata.js';
import { challengeOf, randomValue } from './pkce.js';
import { registerClient } from './registration.js';
import { saveWalk } from './saved-walk.js';
import { serverIsGone } from './server-is-gone.js';
import { showParameters } from './show-exchange.js';
import { StepFailure } from './steps.js';
import { orFail, takeStep } from './walk.js';

/** @import { Step } from './steps.js' */
/** @import { Walk } from './walk.js' */

/** What the metadata of the resource says. */
/** @typedef {{ resource: string, issuer: string, scope: string }} Resource */

/**
 * The first half: up to the identity provider's own page, for which the browser leaves this one.
 *
 * @param {Walk} walk
 * @param {string | undefined} givenClientId What the person entered.
 */
export async function walkToIdp(walk, givenClientId) {
  const invitation = await takeStep(walk, 'challenge', (step) => askWithoutToken(walk, step));
  const resource = await takeStep(walk, 'resource', (step) => readResource(walk, step, invitation));
  const server = await takeStep(walk, 'metadata', (step) => findMetadata(walk, step, resource.issuer));
  const clientId = await takeStep(walk, 'registration', (step) =>
    registerClient(walk, step, { server, scope: resource.scope, givenClientId }),
  );
  await takeStep(walk, 'authorization', async (step) => {
    const [state, verifier] = [randomValue(), randomValue()];
    const url = new URL(server.authorizationEndpoint);
    const parameters = {
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      ...(resource.scope === '' ? {} : { scope: resource.scope }),
      state,
      code_challenge: await challengeOf(verifier),
      code_challenge_method: 'S256',
      resource: resource.resource,
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    const request = `GET ${url.origin}${url.pathname}\n\n${showParameters(url.searchParams)}`;
    step.exchanges.push({ line: `GET ${url.origin}${url.pathname}`, request, response: 'Not yet.' });
    step.summary = `On the way to ${url.host}.`;
    step.state = 'running';
    const { issuer, issExpected, tokenEndpoint } = server;
    saveWalk({
      ...resource,
      steps: walk.steps,
      state,
      verifier,
      clientId,
      issuer,
      issExpected,
      tokenEndpoint,
    });
    location.assign(url);
    // The browser leaves: nothing more happens on this page.
    await new Promise(() => {});
  });
}

/**
 * @param {Walk} walk
 * @param {Step} step
 * @returns {Promise<{ scope: string | undefined, metadataUrl: string }>}
 */
async function askWithoutToken({ facts, secrets }, step) {
  const asking = ask(step.exchanges, secrets, facts.mcp, initializeRequest());
  const answer = await orFail(asking, serverIsGone);
  if (answer.status === 503) {
    throw new StepFailure('The server is not ready: it waits for the identity provider.', [
      'Wait, and try again; the server’s log says what it waits for.',
    ]);
  }
  const challenge = bearerChallenge(answer.headers);
  if (answer.status !== 401 || challenge === undefined) {
    throw new StepFailure(
      `The server answered ${answer.status}, where a Bearer challenge (401) was expected.`,
      [
        'A proxy in front of the server may have answered: look at the response below and into the server’s log.',
      ],
    );
  }
  const { resource_metadata: metadataUrl = '', scope } = challenge;
  if (!URL.canParse(metadataUrl) || new URL(metadataUrl).origin !== location.origin) {
    throw new StepFailure(
      `The challenge names its metadata at ${metadataUrl || 'no address'}, not at this server.`,
      [`Set PUBLIC_URL to the address that people and clients use.`],
    );
  }
  step.summary = `401, and the way on: the metadata of this resource${scope ? `, and the scopes to ask for: ${scope}` : ''}.`;
  return { scope, metadataUrl };
}

/**
 * @param {Walk} walk
 * @param {Step} step
 * @param {{ scope: string | undefined, metadataUrl: string }} invitation
 * @returns {Promise<Resource>}
 */
async function readResource({ facts, secrets }, step, { scope, metadataUrl }) {
  const answer = await orFail(ask(step.exchanges, secrets, metadataUrl), serverIsGone);
  const document = objectOf(answer.json);
  const [issuer] = Array.isArray(document.authorization_servers) ? document.authorization_servers : [];
  if (!answer.ok || textOf(issuer) === undefined) {
    throw new StepFailure(
      `The metadata of the resource names no authorization server (status ${answer.status}).`,
      ['A proxy in front of the server may keep /.well-known/ from it: hand those requests on.'],
    );
  }
  // Byte for byte (RFC 9728 §3.3).
  if (document.resource !== facts.mcp) {
    throw new StepFailure(`The metadata is of ${String(document.resource)}, not of ${facts.mcp}.`, [
      'Set PUBLIC_URL to the address that people and clients use.',
    ]);
  }
  const supported = Array.isArray(document.scopes_supported) ? document.scopes_supported.join(' ') : '';
  step.summary = `The issuer is ${String(issuer)}.`;
  // The challenge's scopes are the authoritative ones (MCP authorization, "Scope Selection Strategy").
  return { resource: facts.mcp, issuer: String(issuer), scope: scope ?? supported };
}
