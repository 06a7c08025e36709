import { readFacts } from './facts.js';
import { objectOf, parseJson, textOf, textsOf } from './json.js';
import { signInSteps } from './steps.js';

/** @import { Step, StepState } from './steps.js' */

/**
 * Where the walk is kept in `sessionStorage` while the person is at the IdP: in this tab, and only until then. Another
 * server may have its page under another path of this origin.
 */
const KEY = `whoami.walk ${readFacts().publicUrl}`;

/**
 * What the way back needs.
 *
 * @typedef {object} SavedWalk
 * @property {Step[]} steps As they were shown, masked.
 * @property {string} state
 * @property {string} verifier
 * @property {string} clientId
 * @property {string} issuer
 * @property {boolean} issExpected The IdP says that it sends `iss` (RFC 9207).
 * @property {string} tokenEndpoint
 * @property {string} resource
 * @property {string} scope
 */

/** @param {SavedWalk} walk */
export function saveWalk(walk) {
  sessionStorage.setItem(KEY, JSON.stringify(walk));
}

/**
 * Takes the walk out of the storage: it is there once.
 *
 * @returns {SavedWalk | undefined}
 */
export function takeSavedWalk() {
  const text = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  if (text === null) return undefined;
  const saved = objectOf(parseJson(text));
  return {
    steps: signInSteps.map((id) => stepOf(id, saved.steps)),
    state: String(saved.state),
    verifier: String(saved.verifier),
    clientId: String(saved.clientId),
    issuer: String(saved.issuer),
    issExpected: saved.issExpected === true,
    tokenEndpoint: String(saved.tokenEndpoint),
    resource: String(saved.resource),
    scope: String(saved.scope),
  };
}

/** @type {readonly StepState[]} */
const states = ['pending', 'running', 'done', 'warning', 'failed'];

/**
 * @param {Step['id']} id
 * @param {unknown} steps
 * @returns {Step}
 */
function stepOf(id, steps) {
  const saved = (Array.isArray(steps) ? steps : []).map(objectOf).find((step) => step.id === id) ?? {};
  const exchanges = Array.isArray(saved.exchanges) ? saved.exchanges.map(objectOf) : [];
  return {
    id,
    state: states.find((state) => state === saved.state) ?? 'pending',
    summary: textOf(saved.summary) ?? '',
    exchanges: exchanges.map(({ line, request, response }) => ({
      line: String(line),
      request: String(request),
      response: String(response),
    })),
    advice: textsOf(saved.advice),
  };
}
