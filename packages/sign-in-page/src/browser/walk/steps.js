import { facts } from '../facts.js';

/**
 * One request and its response, as they are shown: secrets are masked already.
 *
 * @typedef {object} Exchange
 * @property {string} line Method, URL and status.
 * @property {string} request
 * @property {string} response
 */

/**
 * @typedef {'pending' | 'running' | 'done' | 'warning' | 'failed'} StepState
 * @typedef {'challenge' | 'resource' | 'metadata' | 'registration' | 'authorization' | 'token' | 'call'} StepId
 */

/**
 * A step of the walk. It holds no secret: it is kept while the person is at the IdP.
 *
 * @typedef {object} Step
 * @property {StepId} id
 * @property {StepState} state
 * @property {string} summary What came of it.
 * @property {Exchange[]} exchanges
 * @property {string} words What the identity provider itself says, where it refuses.
 * @property {string[]} advice What to do, where it failed or is doubtful.
 */

/** @type {Record<StepId, { title: string, purpose: string }>} */
export const stepTexts = {
  challenge: {
    title: 'Challenge',
    purpose: 'A call without a token. The server refuses it and says where to go on (RFC 9728).',
  },
  resource: {
    title: 'Protected resource metadata',
    purpose: 'What the server says about itself: whose tokens it takes, and for which scopes (RFC 9728).',
  },
  metadata: {
    title: 'Authorization server metadata',
    purpose: 'What the issuer says about itself: its endpoints (RFC 8414, OpenID Connect Discovery).',
  },
  registration: {
    title: 'Client registration',
    purpose: 'The page gets a client id (RFC 7591), or uses one that was registered for it.',
  },
  authorization: {
    title: 'Authorization',
    purpose: 'You sign in at the identity provider, and come back with a code (OAuth 2.1 with PKCE).',
  },
  token: {
    title: 'Token',
    purpose: 'The code becomes an access token for this server (RFC 8707).',
  },
  call: { title: facts.tool ?? 'Call', purpose: 'The call again, with the token.' },
};

/** @type {readonly StepId[]} */
const stepIds = facts.signIn
  ? ['challenge', 'resource', 'metadata', 'registration', 'authorization', 'token', 'call']
  : ['call'];

/** @returns {Step[]} */
export function newSteps() {
  return stepIds.map((id) => ({ id, state: 'pending', summary: '', words: '', exchanges: [], advice: [] }));
}
