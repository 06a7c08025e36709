import { readFile } from 'node:fs/promises';
import { codeIn } from '@mcp-whoami/testkit/repository';

/** The folder of the documentation. */
export const docs = new URL('../../../docs/', import.meta.url);

export const readTutorial = (language: '' | '.ko') =>
  readFile(new URL(`tutorial${language}.md`, docs), 'utf8');

/** The commands of the tutorial, in the order of the reader. */
export const tutorialCommands = async () => {
  const commands = codeIn(await readTutorial(''), 'sh');
  const [none = '', inspector = '', dev = '', logto = '', startKeycloak = '', ...others] = commands;
  const [keycloak = '', oidc = '', oauth2 = '', withoutMetadata = '', requiredScope = '', ...rest] = others;
  const named = { none, inspector, dev, logto, startKeycloak, keycloak, oidc, oauth2, withoutMetadata };
  return { ...named, requiredScope, rest };
};
