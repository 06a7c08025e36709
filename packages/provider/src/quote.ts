/** Characters of a value from outside that a log line shows at most. */
const MAX_QUOTED_LENGTH = 300;

/** A value from outside, for a log line. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'none';
  return text.length > MAX_QUOTED_LENGTH ? `${text.slice(0, MAX_QUOTED_LENGTH)}…` : text;
}
