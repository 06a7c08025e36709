import { announce } from './dom.js';

/** How long a button says that it has copied, in milliseconds. */
const CONFIRMATION_MS = 2_000;

/** Makes the page's copy buttons work. */
export function watchCopyButtons() {
  document.addEventListener('click', async ({ target }) => {
    const button = target instanceof Element ? target.closest('button[data-copy]') : null;
    const label = button?.firstElementChild;
    if (!(button instanceof HTMLElement) || !label) return;
    // Only https and loopback pages have a clipboard.
    const copied = await navigator.clipboard?.writeText(button.dataset.copy ?? '').then(
      () => true,
      () => false,
    );
    label.textContent = copied ? 'Copied' : 'Not copied';
    announce(copied ? 'Copied' : 'The browser does not let this page copy: select the text yourself.');
    setTimeout(() => {
      label.textContent = 'Copy';
    }, CONFIRMATION_MS);
  });
}
