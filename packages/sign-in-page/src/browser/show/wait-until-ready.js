import { byId } from './dom.js';

/** How often to look whether the server is ready, in milliseconds. */
const INTERVAL_MS = 2_000;

/** Looks until the server has its identity provider, and then loads the page again: it may then ask that too. */
export async function waitUntilReady() {
  const state = byId('state', HTMLElement);
  const waiting = state.textContent;
  for (;;) {
    const signal = AbortSignal.timeout(INTERVAL_MS);
    const text = await fetch(location.pathname, { method: 'HEAD', cache: 'no-store', signal }).then(
      ({ ok }) => (ok ? undefined : waiting),
      () => 'The server does not answer: its log says why',
    );
    if (text === undefined) return location.reload();
    // Said only when it changes: it is read out.
    if (state.textContent !== text) state.textContent = text;
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
}
