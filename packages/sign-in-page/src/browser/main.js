import { facts, redirectUri } from './facts.js';
import { resume, start, watchClientForm } from './run.js';
import { watchCopyButtons } from './show/copy-buttons.js';
import { byId, element } from './show/dom.js';
import { showSteps } from './show/step-list.js';
import { waitUntilReady } from './show/wait-until-ready.js';
import { takeSavedWalk } from './walk/saved-walk.js';
import { newSteps } from './walk/steps.js';

const signInButton = byId('sign-in', HTMLButtonElement);

document.documentElement.classList.add('scripted');
watchCopyButtons();
// A page that the browser kept while the person was away is older than what happened since.
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) location.reload();
});

const saved = takeSavedWalk();
const answer = takeAnswer();
showSteps(saved?.steps ?? newSteps());
if (facts.state === 'waiting') void waitUntilReady();
else if (location.origin !== new URL(facts.publicUrl).origin) {
  // A client has one redirect URI, and the resource one URL: under another name of this server neither fits.
  const link = element('a', { href: redirectUri }, redirectUri);
  refuse('The server’s public address is another than the one you opened. Sign in there: ', link);
} else if (facts.signIn && !isSecureContext) {
  refuse(
    'Browsers let only pages of https and of this machine make a PKCE challenge. Serve this page by https (PUBLIC_URL) to sign in here. MCP clients do not need that, but tokens should not travel by plain http either.',
  );
} else {
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

/** @param {...(Node | string)} why */
function refuse(...why) {
  signInButton.disabled = true;
  complain(...why);
}

/** @param {...(Node | string)} what */
function complain(...what) {
  signInButton.parentElement?.after(
    element('p', { id: 'complaint', class: 'advice', role: 'status' }, ...what),
  );
}
