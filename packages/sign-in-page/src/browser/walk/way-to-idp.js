import { facts, redirectUri } from '../facts.js';
import {
  calculatePKCECodeChallenge,
  generateRandomCodeVerifier,
  generateRandomState,
} from '../oauth4webapi.js';
import { showParameters } from '../wire/show-exchange.js';
import { findMetadata } from './metadata.js';
import { registerClient } from './registration.js';
import { askWithoutToken, readResource } from './resource.js';
import { saveWalk } from './saved-walk.js';

/** @import { Walk } from './walk.js' */

/**
 * The first half: up to the identity provider's own page, for which the browser leaves this one.
 *
 * @param {Walk} walk
 * @param {string | undefined} givenClientId What the person entered.
 */
export async function walkToIdp({ take, steps }, givenClientId) {
  const invitation = await take('challenge', askWithoutToken);
  const { issuer, scope } = await take('resource', (step, ask) => readResource(step, ask, invitation));
  const server = await take('metadata', (step, ask) => findMetadata(step, ask, issuer));
  const clientId = await take('registration', (step, ask) =>
    registerClient(step, ask, { server, scope, givenClientId }),
  );
  await take('authorization', async (step) => {
    const [state, verifier] = [generateRandomState(), generateRandomCodeVerifier()];
    const url = new URL(String(server.authorization_endpoint));
    const parameters = {
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      ...(scope === '' ? {} : { scope }),
      state,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      resource: facts.mcp,
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    const line = `GET ${url.origin}${url.pathname}`;
    step.exchanges.push({
      line,
      request: `${line}\n\n${showParameters(url.searchParams)}`,
      response: 'Not yet.',
    });
    step.summary = `On the way to ${url.host}.`;
    saveWalk({ steps, state, verifier, clientId, server, resource: facts.mcp, scope });
    location.assign(url);
    // The browser leaves: nothing more happens on this page.
    await new Promise(() => {});
  });
}
