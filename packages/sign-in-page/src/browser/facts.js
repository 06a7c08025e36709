/** @import { PageFacts } from '../facts.ts' */

/**
 * What the server says to the page about itself.
 *
 * @type {PageFacts}
 */
export const facts = JSON.parse(document.getElementById('facts')?.textContent ?? '');

/** Where the person comes back to: exactly this has to be registered. */
export const redirectUri = `${facts.publicUrl}/`;
