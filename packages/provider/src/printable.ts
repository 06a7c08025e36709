/** Controls, and characters that change how a line looks or reads: bidi, invisible ones, other line ends. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * A text from outside as one line that shows all that is in it: what does not print is escaped, and past a number
 * of characters it is cut.
 */
export function printable(text: string, limit: number): string {
  const cut = text.length > limit;
  const shown = (cut ? text.slice(0, limit) : text).replace(unprintable, escapeCharacter);
  return cut ? `${shown}…` : shown;
}

/** As in JSON and JavaScript, code unit by code unit. */
function escapeCharacter(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

/** Characters of a value from outside that a log line shows at most. */
const MAX_QUOTED_LENGTH = 300;

/** A value from outside, for a log line. */
export function quote(value: unknown): string {
  return printable(JSON.stringify(value) ?? 'none', MAX_QUOTED_LENGTH);
}
