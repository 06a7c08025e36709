import { expect, it } from 'vitest';
import { tarballs } from './packed-files.ts';
import { publicDeclarations } from './public-declarations.ts';

const libraries = Object.keys(tarballs).filter((name) => name.startsWith('@'));

// `pnpm api` writes the files: what it changes there is what users of the package will notice.
it.each(libraries)('%s declares what api/ says', async (name) => {
  await expect(publicDeclarations(name)).toMatchFileSnapshot(`../api/${name.split('/')[1]}.d.ts.txt`);
});
