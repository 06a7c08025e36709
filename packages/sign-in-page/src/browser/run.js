import { facts } from './facts.js';
import { byId } from './show/dom.js';
import { hideIdentity, showIdentity } from './show/identity-card.js';
import { showRevision } from './show/revision.js';
import { focusStep, showSteps } from './show/step-list.js';
import { callServer } from './walk/call-server.js';
import { newSteps } from './walk/steps.js';
import { createWalk, WalkEnded } from './walk/walk.js';
import { walkFromIdp } from './walk/way-back.js';
import { walkToIdp } from './walk/way-to-idp.js';

/** @import { JsonObject } from './wire/json.js' */
/** @import { SavedWalk } from './walk/saved-walk.js' */

/** The steps that another client id may mend. */
const mendedByClientId = new Set(['registration', 'authorization', 'token']);

const signInButton = byId('sign-in', HTMLButtonElement);

/**
 * Starts a walk from its first step.
 *
 * @param {string | undefined} clientId What the person entered.
 */
export function start(clientId) {
  const walk = createWalk(newSteps());
  putClientFormBack();
  showSteps(walk.steps);
  return run(async () => {
    if (!facts.signIn) return walk.take('call', (step, ask) => callServer(step, ask, { tell: showRevision }));
    await walkToIdp(walk, clientId);
    return undefined;
  });
}

/**
 * Goes on with a walk after the identity provider.
 *
 * @param {SavedWalk} savedWalk
 * @param {URLSearchParams | undefined} answer
 */
export function resume(savedWalk, answer) {
  return run(() => walkFromIdp(createWalk(savedWalk.steps), savedWalk, answer));
}

/**
 * Walks, one walk at a time, and shows how it ends.
 *
 * @param {() => Promise<JsonObject | undefined>} walk
 */
async function run(walk) {
  hideIdentity();
  document.getElementById('complaint')?.remove();
  signInButton.disabled = true;
  try {
    const claims = await walk();
    if (claims !== undefined) showIdentity(claims);
  } catch (error) {
    if (!(error instanceof WalkEnded)) throw error;
    if (facts.signIn && mendedByClientId.has(error.step.id)) offerClientForm(error.step.id);
    focusStep(error.step);
  } finally {
    signInButton.disabled = false;
    signInButton.textContent = `${facts.signIn ? 'Sign in' : `Call ${facts.tool ?? facts.title}`} again`;
  }
}

/**
 * The form for a client id stands at the step that failed for want of one.
 *
 * @param {string} id
 */
function offerClientForm(id) {
  const ownClient = byId('own-client', HTMLDetailsElement);
  ownClient.open = id === 'registration';
  document.querySelector(`#step-${id} .advice`)?.after(ownClient);
}

function putClientFormBack() {
  const ownClient = document.getElementById('own-client');
  if (ownClient !== null) signInButton.parentElement?.after(ownClient);
}

/** Makes the form for a client id work, where there is one. */
export function watchClientForm() {
  if (!facts.signIn) return;
  byId('client-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    void start(byId('client-id', HTMLInputElement).value.trim());
  });
}
