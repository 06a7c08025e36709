import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@mcp-whoami/testkit/chromium';

/** Where every walk leaves its pictures. */
export const screenshots = fileURLToPath(new URL('../screenshots/', import.meta.url));

/** A walk's name as a folder's. */
const folderOf = (walk: string): string =>
  join(screenshots, walk.toLowerCase().replaceAll(/[^a-z0-9.]+/g, '-'));

/** A text stays sharp, and a picture small enough for the documentation. */
const quality = 80; // of 100

/** What a picture shows instead of what stands on the page. */
export type Replacements = Readonly<Record<string, string>>;

/** The pictures of a walk, in a folder of its own that is empty at first. */
export const openAlbum = async (walk: string, page: Page) => {
  const folder = folderOf(walk);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return {
    folder,
    take: async (name: string, replacements: Replacements = {}): Promise<void> => {
      const pairs = Object.entries(replacements);
      // No hint of the button below the pointer.
      await page.mouse.move(0, 0);
      await page.evaluate(replaceText, pairs);
      await page.screenshot({
        path: join(folder, `${name}.webp`),
        type: 'webp',
        quality,
        animations: 'disabled',
      });
      await page.evaluate(
        replaceText,
        pairs.map(([from, to]): [string, string] => [to, from]),
      );
    },
  };
};

/** Runs in the page. */
const replaceText = (pairs: [from: string, to: string][]): void => {
  const replaced = (text: string) => pairs.reduce((result, [from, to]) => result.replaceAll(from, to), text);
  const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (nodes.nextNode()) {
    const { currentNode } = nodes;
    const text = currentNode.nodeValue ?? '';
    if (replaced(text) !== text) currentNode.nodeValue = replaced(text);
  }
  for (const input of document.querySelectorAll('input'))
    if (replaced(input.value) !== input.value) input.value = replaced(input.value);
};
