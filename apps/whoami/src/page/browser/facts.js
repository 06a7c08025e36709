import { byId } from './dom.js';
import { objectOf, parseJson, textOf, textsOf } from './json.js';

/**
 * What the server says to the page about itself (`page-facts.ts`).
 *
 * @typedef {object} Facts
 * @property {'ready' | 'waiting'} state
 * @property {string} publicUrl The URL that clients use, with its path and without a slash at the end.
 * @property {string} mcp The URL of the protected resource.
 * @property {string | undefined} provider Nothing: everybody is let in.
 * @property {string[]} idpOrigins Where the page may ask, and from where it may show a picture.
 * @property {string | undefined} clientId The page's client, where one is configured.
 * @property {string | undefined} clientIdVariable The server's setting that says it.
 * @property {Record<string, string>} advice What to change at the IdP, by the description of a refusal.
 */

/** @returns {Facts} */
export function readFacts() {
  const facts = objectOf(parseJson(byId('facts', HTMLElement).textContent));
  const pageClient = objectOf(facts.pageClient);
  const advice = Object.entries(objectOf(facts.advice)).map(([text, value]) => [text, String(value)]);
  return {
    state: facts.state === 'waiting' ? 'waiting' : 'ready',
    publicUrl: String(facts.publicUrl),
    mcp: String(facts.mcp),
    provider: textOf(facts.provider),
    idpOrigins: textsOf(facts.idpOrigins),
    clientId: textOf(pageClient.id),
    clientIdVariable: textOf(pageClient.variable),
    advice: Object.fromEntries(advice),
  };
}
