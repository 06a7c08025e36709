export type CodeBlock = { language: string; code: string };

/** The fenced blocks of a text in Markdown. */
export const codeBlocks = (markdown: string): CodeBlock[] =>
  [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', code = '']) => ({
    language,
    code: code.trim(),
  }));

/** The code of those in one language. */
export const codeIn = (markdown: string, language: string): string[] =>
  codeBlocks(markdown)
    .filter((block) => block.language === language)
    .map(({ code }) => code);

/**
 * A document with other content between `<!-- marker -->` and `<!-- /marker -->`.
 *
 * @throws {Error} when it has not both.
 */
export const withPart = (
  document: string,
  { marker, content }: { marker: string; content: string },
): string => {
  const [begin, end] = [`<!-- ${marker} -->`, `<!-- /${marker} -->`];
  const [before, rest] = document.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`the document has no ${begin} … ${end}`);
  return `${before}${begin}\n${content}\n${end}${after}`;
};
