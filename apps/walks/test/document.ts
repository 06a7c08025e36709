import { readFile } from 'node:fs/promises';
import { codeIn } from '@mcp-whoami/testkit/repository';

/** The folder of the documentation. */
export const docs = new URL('../../../docs/', import.meta.url);

export const readTutorial = (language: '' | '.ko') =>
  readFile(new URL(`tutorial${language}.md`, docs), 'utf8');

/** The commands of the tutorial, in the order of the reader. */
export const tutorialCommands = async () => {
  const commands = codeIn(await readTutorial(''), 'sh');
  const [none = '', inspector = '', dev = '', github = '', logto = '', ...others] = commands;
  const [startKeycloak = '', keycloak = '', oidc = '', oauth2 = '', ...last] = others;
  const [withoutMetadata = '', requiredScope = '', ...rest] = last;
  const first = { none, inspector, dev, github, logto, startKeycloak, keycloak, oidc, oauth2 };
  return { ...first, withoutMetadata, requiredScope, rest };
};
