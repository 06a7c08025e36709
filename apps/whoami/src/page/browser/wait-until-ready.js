import { byId } from './dom.js';

/** How often to look whether the server is ready, in milliseconds. */
const INTERVAL_MS = 2_000;

/** Looks until the server has its identity provider, and then loads the page again: it may then ask that too. */
export async function waitUntilReady() {
  const state = byId('state', HTMLElement);
  const waiting = state.textContent;
  while (!(await isReady(state, waiting))) {
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
  location.reload();
}

/**
 * @param {HTMLElement} state
 * @param {string} waiting
 */
async function isReady(state, waiting) {
  const text = await fetch(location.pathname, {
    method: 'HEAD',
    cache: 'no-store',
    signal: AbortSignal.timeout(INTERVAL_MS),
  }).then(
    ({ ok }) => (ok ? 'ready' : waiting),
    () => 'The server does not answer: its log says why',
  );
  if (text === 'ready') return true;
  // Said only when it changes: it is read out.
  if (state.textContent !== text) state.textContent = text;
  return false;
}
