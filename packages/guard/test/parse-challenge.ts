/** One `tchar` of RFC 9110 §5.6.2. */
const token = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
/** `quoted-string` of RFC 9110 §5.6.4, without its obsolete `obs-text`. */
const quotedString = /"((?:[\t \x21\x23-\x5b\x5d-\x7e]|\\[\t \x21-\x7e])*)"/y;
/** What separates the elements of a list, RFC 9110 §5.6.1.1 (the form that senders must generate). */
const comma = /[ \t]*,[ \t]*/y;

/**
 * The parameters of the one `Bearer` challenge that a `WWW-Authenticate` value is (RFC 9110 §11.3, §11.6.1).
 * Strict: throws on anything that a sender may not generate, and on a parameter that comes twice.
 */
export const parseChallenge = (header: string | null): Record<string, string> => {
  const text = header ?? '';
  let position = 0;
  const take = (pattern: RegExp, name: string): RegExpExecArray => {
    pattern.lastIndex = position;
    const match = pattern.exec(text);
    if (match === null) throw new Error(`Expected ${name} at ${position} of ${JSON.stringify(text)}.`);
    position = pattern.lastIndex;
    return match;
  };

  const [scheme] = take(token, 'a scheme');
  if (scheme !== 'Bearer') throw new Error(`Expected the scheme Bearer, found ${scheme}.`);
  const parameters: [string, string][] = [];
  while (position < text.length) {
    take(parameters.length === 0 ? / +/y : comma, 'a separator');
    const [name] = take(token, 'the name of a parameter');
    take(/=/y, 'an equals sign');
    const quoted = text[position] === '"';
    const match = quoted ? take(quotedString, 'a quoted string') : take(token, 'a token');
    parameters.push([name, quoted ? (match[1] ?? '').replace(/\\(.)/g, '$1') : match[0]]);
  }
  const names = new Set(parameters.map(([name]) => name.toLowerCase()));
  if (names.size < parameters.length) throw new Error(`A parameter comes twice in ${text}.`);
  return Object.fromEntries(parameters);
};
