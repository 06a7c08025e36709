import { readFile, writeFile } from 'node:fs/promises';
import { generatedParts, withPart } from './generated-parts.ts';

const root = new URL('../../../', import.meta.url);

for (const part of await generatedParts()) {
  const path = new URL(part.document, root);
  await writeFile(path, withPart(await readFile(path, 'utf8'), part));
}
