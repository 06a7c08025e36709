import { facts } from '../facts.js';

/** @import { AuthorizationServer } from '../oauth4webapi.js' */
/** @import { Step } from './steps.js' */

/**
 * Where the walk is kept in `sessionStorage` while the person is at the IdP: in this tab, and only until then. Another
 * server may have its page under another path of this origin.
 */
const KEY = `whoami.walk ${facts.publicUrl}`;

/**
 * What the way back needs.
 *
 * @typedef {object} SavedWalk
 * @property {Step[]} steps As they were shown, masked.
 * @property {string} state
 * @property {string} verifier
 * @property {string} clientId
 * @property {AuthorizationServer} server
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
  return text === null ? undefined : JSON.parse(text);
}
