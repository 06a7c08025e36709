/** How much of a sentence of others is shown, in characters. */
const MAX_SHOWN_CHARACTERS = 300;

/** Controls, and characters that change how a line looks or reads: bidi, invisible ones, other line ends. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Where lines end, and what stands around that. */
const lineEnds = /\s*[\r\n]\s*/g;

/**
 * A sentence of others as one line that shows all that is in it: several lines become one, what does not print is
 * escaped, and what is too long is cut.
 *
 * @param {string} text
 */
export function printable(text) {
  const characters = [...text.trim().replace(lineEnds, ' ')];
  const shown = characters.slice(0, MAX_SHOWN_CHARACTERS).join('').replace(unprintable, escaped);
  return characters.length > MAX_SHOWN_CHARACTERS ? `${shown}…` : shown;
}

/** @param {string} character */
function escaped(character) {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
