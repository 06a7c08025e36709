/**
 * A document with other content between its two markers.
 *
 * @throws {Error} when it has not both.
 */
export function withPart(document: string, content: string): string {
  const [before, rest] = document.split('<!-- benchmark -->');
  const after = rest?.split('<!-- /benchmark -->')[1];
  if (before === undefined || after === undefined) throw new Error('the document has no <!-- benchmark -->');
  return `${before}<!-- benchmark -->\n${content}\n<!-- /benchmark -->${after}`;
}
