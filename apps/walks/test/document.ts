import { readFile } from 'node:fs/promises';

export type CodeBlock = { language: string; code: string };

/** The fenced blocks of a text in Markdown. */
export const codeBlocks = (markdown: string): CodeBlock[] =>
  [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', code = '']) => ({
    language,
    code: code.trim(),
  }));

/** The folder of the documentation. */
export const docs = new URL('../../../docs/', import.meta.url);

export const readTutorial = (language: '' | '.ko') =>
  readFile(new URL(`tutorial${language}.md`, docs), 'utf8');

/** The commands of the tutorial, in the order of the reader. */
export const tutorialCommands = async () => {
  const commands = codeBlocks(await readTutorial(''))
    .filter(({ language }) => language === 'sh')
    .map(({ code }) => code);
  const [none = '', inspector = '', dev = '', logto = '', startKeycloak = '', ...others] = commands;
  const [keycloak = '', oidc = '', oauth2 = '', withoutMetadata = '', requiredScope = '', ...rest] = others;
  const named = { none, inspector, dev, logto, startKeycloak, keycloak, oidc, oauth2, withoutMetadata };
  return { ...named, requiredScope, rest };
};
