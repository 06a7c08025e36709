/** Characters of a value that a message shows at most. */
const MAX_SHOWN_LENGTH = 200;

const HIDDEN = '(hidden)';

/**
 * An URL as messages may show it: without user name, password, query and fragment, where secrets stand. A text that
 * is not a URL is shown without what would be one of these.
 */
export function shownUrl(text: string): string {
  const [, scheme = '', rest = ''] = /^([^:/?#@]*:\/\/)?(.*)$/s.exec(text) ?? [];
  const [address = ''] = rest.split(/[?#]/, 1);
  const behind = rest.slice(address.length);
  // An `@` behind a `?` or `#` may be the end of a password that has one: then nothing of it is known to be an address.
  if (behind.includes('@') && !URL.canParse(text)) return `${scheme}${HIDDEN}`;
  const parts = address.split('@');
  const shown = `${scheme}${parts.length > 1 ? `${HIDDEN}@` : ''}${parts.at(-1)}`
    // What stands where a port would, and is none, may be a password whose `@` is missing.
    .replace(/(?<=\/\/)([^/:[\]\s,]*):(?!\/\/|\d{0,5}(?:[/,\s]|$))[^/,\s]*/g, `$1:${HIDDEN}`)
    .concat(behind === '' ? '' : `${behind[0]}${HIDDEN}`);
  return shown.length > MAX_SHOWN_LENGTH ? `${shown.slice(0, MAX_SHOWN_LENGTH)}…` : shown;
}
