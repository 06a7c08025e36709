import { readFile, writeFile } from 'node:fs/promises';
import { withPart } from '@mcp-whoami/testkit/repository';
import { generatedParts } from './generated-parts.ts';

const root = new URL('../../../', import.meta.url);

for (const part of await generatedParts()) {
  const path = new URL(part.document, root);
  await writeFile(path, withPart(await readFile(path, 'utf8'), part));
}
