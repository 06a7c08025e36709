/** @import { PageFacts } from '../facts.ts' */

/**
 * What the server says to the page about itself.
 *
 * @type {PageFacts}
 */
export const facts = JSON.parse(document.getElementById('facts')?.textContent ?? '');

/**
 * Whether the page's policy lets it ask an origin, or show what is there.
 *
 * @param {string} origin
 */
export const mayAsk = (origin) => [location.origin, ...facts.idpOrigins].includes(origin);

/** Where the person comes back to: exactly this has to be registered. */
export const redirectUri = `${facts.publicUrl}/`;
