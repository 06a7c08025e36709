import { callWhoami } from './call-whoami.js';
import { watchCopyButtons } from './copy-buttons.js';
import { byId, element } from './dom.js';
import { readFacts } from './facts.js';
import { hideIdentity, showIdentity } from './identity-card.js';
import { takeSavedWalk } from './saved-walk.js';
import { focusStep, showSteps } from './step-list.js';
import { newSteps, signInSteps } from './steps.js';
import { waitUntilReady } from './wait-until-ready.js';
import { createWalk, takeStep, WalkEnded } from './walk.js';
import { walkFromIdp } from './way-back.js';
import { walkToIdp } from './way-to-idp.js';

/** @import { JsonObject } from './json.js' */
/** @import { SavedWalk } from './saved-walk.js' */

const facts = readFacts();
const signInButton = byId('sign-in', HTMLButtonElement);
const stepIds = facts.provider === undefined ? /** @type {const} */ (['whoami']) : signInSteps;

/** The steps that another client id may mend. */
const mendedByClientId = new Set(['registration', 'authorization', 'token']);

document.documentElement.classList.add('scripted');
watchCopyButtons();
// A page that the browser kept while the person was away is older than what happened since.
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) location.reload();
});

const saved = takeSavedWalk();
const answer = takeAnswer();
showSteps(saved?.steps ?? newSteps(stepIds));
if (facts.state === 'waiting') void waitUntilReady();
else if (location.origin !== new URL(facts.publicUrl).origin) offerPublicUrl();
else if (facts.provider !== undefined && !isSecureContext) refuseWithoutCrypto();
else {
  signInButton.addEventListener('click', () => void start(undefined));
  watchClientForm();
  if (saved !== undefined) await resume(saved, answer);
  else if (answer !== undefined)
    complain(
      'This answer of the identity provider belongs to no sign-in of this tab. Press Sign in to start one.',
    );
}

/** The answer of the IdP in the page's URL, which is taken out of it: nobody shall bookmark or share it. */
function takeAnswer() {
  const parameters = new URLSearchParams(location.search);
  if (location.search !== '') history.replaceState(null, '', location.pathname);
  return parameters.has('code') || parameters.has('error') ? parameters : undefined;
}

/** @param {string | undefined} clientId */
function start(clientId) {
  const walk = createWalk(facts, newSteps(stepIds));
  putClientFormBack();
  showSteps(walk.steps);
  return run(async () => {
    if (facts.provider === undefined) {
      return takeStep(walk, 'whoami', (step) => callWhoami(walk, step, undefined));
    }
    await walkToIdp(walk, clientId);
    return undefined;
  });
}

/**
 * @param {SavedWalk} savedWalk
 * @param {URLSearchParams | undefined} answer
 */
function resume(savedWalk, answer) {
  const walk = createWalk(facts, savedWalk.steps);
  return run(() => walkFromIdp(walk, savedWalk, answer));
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
    if (claims !== undefined) showIdentity(claims, facts);
  } catch (error) {
    if (!(error instanceof WalkEnded)) throw error;
    if (facts.provider !== undefined && mendedByClientId.has(error.step.id)) offerClientForm(error.step.id);
    focusStep(error.step);
  } finally {
    signInButton.disabled = false;
    signInButton.textContent = facts.provider === undefined ? 'Call whoami again' : 'Sign in again';
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

function watchClientForm() {
  if (facts.provider === undefined) return;
  byId('client-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    void start(byId('client-id', HTMLInputElement).value.trim());
  });
}

/** A client has one redirect URI, and the resource one URL: under another name of this server neither fits. */
function offerPublicUrl() {
  signInButton.disabled = true;
  const link = element('a', { href: `${facts.publicUrl}/` }, `${facts.publicUrl}/`);
  complain('The server’s public address is another than the one you opened. Sign in there: ', link);
}

function refuseWithoutCrypto() {
  signInButton.disabled = true;
  complain(
    'Browsers let only pages of https and of this machine make a PKCE challenge. Serve this page by https (PUBLIC_URL) to sign in here. MCP clients do not need that, but tokens should not travel by plain http either.',
  );
}

/** @param {...(Node | string)} what */
function complain(...what) {
  signInButton.parentElement?.after(
    element('p', { id: 'complaint', class: 'advice', role: 'status' }, ...what),
  );
}
