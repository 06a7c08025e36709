import { readdir, readFile, stat } from 'node:fs/promises';
import { codeBlocks } from '@mcp-whoami/testkit/repository';
import { expect, it } from 'vitest';
import { docs, readTutorial } from './document.ts';

const texts = { English: await readTutorial(''), Korean: await readTutorial('.ko') };

/** What a picture may weigh at most, in bytes. */
const pictureLimit = 60_000;

const picturesIn = (markdown: string): string[] =>
  [...markdown.matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map(([, path = '']) => path);

const linksIn = (markdown: string): string[] =>
  [...markdown.matchAll(/[^!]\[[^\]]+\]\((?!https:)([^)]+)\)/g)].map(([, link = '']) => link);

/** A heading as the fragment of a link. */
const fragmentOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');

it('has the same code, pictures and number of headings in both languages', () => {
  expect(codeBlocks(texts.Korean)).toEqual(codeBlocks(texts.English));
  expect(picturesIn(texts.Korean)).toEqual(picturesIn(texts.English));
  const headings = (text: string) => text.match(/^#+ /gm);
  expect(headings(texts.Korean)).toEqual(headings(texts.English));
});

it('has every picture that it shows, and shows every picture there is', async () => {
  const there = (await readdir(new URL('pictures/', docs))).map((name) => `pictures/${name}`);
  expect(picturesIn(texts.English).toSorted()).toEqual(there.toSorted());
  for (const picture of there)
    expect((await stat(new URL(picture, docs))).size, picture).toBeLessThan(pictureLimit);
});

it.each(Object.entries(texts))('in %s links only to what is there', async (_, text) => {
  const links = linksIn(text);
  expect(links.length).toBeGreaterThan(5);
  for (const link of links) {
    const [path = '', fragment] = link.split('#');
    const target = await readFile(new URL(path, docs), 'utf8');
    const fragments = [...target.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => fragmentOf(heading));
    if (fragment !== undefined) expect(fragments, link).toContain(fragment);
  }
});
