/** What happens to a value on its way from a document, a shell or a file, and how it is undone. */
const slips: readonly { what: string; undo(text: string): string }[] = [
  {
    what: 'characters that cannot be seen',
    undo: (text) => text.replace(/\u00a0/g, ' ').replace(/[\u200b-\u200f\u202a-\u202e\u2060\ufeff]/g, ''),
  },
  { what: 'white space around it', undo: (text) => text.trim() },
  {
    what: 'the name of a variable before it',
    undo: (text) => text.replace(/^(?:(?:export|set|setx)\s+|\$env:)?[A-Z][A-Z\d]*(?:_[A-Z\d]+)*\s*=\s*/, ''),
  },
  { what: 'a comma or semicolon behind it', undo: (text) => text.replace(/[\s,;]+$/, '') },
  {
    what: 'quotes around it',
    undo: (text) => {
      const [, inside] = /^["'`“”„‟«»‘’‚](.*)["'`“”„‟«»‘’]$/s.exec(text) ?? [];
      return inside ?? text.replace(/^["“”„]|["“”]$/g, '');
    },
  },
  { what: 'angle brackets around it', undo: (text) => text.replace(/^<([^<>]*)>$/s, '$1') },
];

/** A value without what happened to it on its way, and what that was. */
export interface CleanText {
  text: string;
  removed: readonly string[];
}

/** Rounds in which slips are undone: `export X="…";` has three, one within the other. */
const MAX_ROUNDS = 3;

/**
 * Undoes the slips of copying: quotes that a shell would have taken away, `export X=`, a comma behind the value.
 *
 * @example
 * cleanText('"https://idp.example.com",'); // https://idp.example.com
 */
export function cleanText(dirty: string): CleanText {
  let text = dirty;
  const removed = new Set<string>();
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    for (const { what, undo } of slips) {
      const clean = undo(text);
      if (clean !== text) removed.add(what);
      text = clean;
    }
  }
  return { text, removed: [...removed] };
}
