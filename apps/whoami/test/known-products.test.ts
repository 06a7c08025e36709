import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { knownProduct, products } from '../src/known-products.ts';
import { loadProvider, providerNames } from '../src/providers.ts';

const root = new URL('../../../', import.meta.url);

/** What a link to a part of a document may name: an anchor, or a heading. */
const namesIn = (document: string) => [
  ...[...document.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id),
  ...[...document.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading.toLowerCase().replaceAll(' ', '-'),
  ),
];

describe.each(products)('%j', (names, { provider, variables, documentation }) => {
  it('is told which provider is for it, with variables that this one has', async () => {
    const prefix = (await loadProvider(provider))?.environmentPrefix;
    expect(prefix).toBeDefined();
    for (const name of variables.match(/\b[A-Z][A-Z\d]*_[A-Z_]+(?==)/g) ?? [])
      expect(`${prefix} OIDC`).toContain(name.split('_')[0]);
  });

  it('has a place in the documentation', async () => {
    const [path = '', anchor] = documentation.split('#');
    const document = await readFile(new URL(path, root), 'utf8');
    if (anchor !== undefined) expect(namesIn(document)).toContain(anchor);
  });

  it('is named by nothing that is a provider itself', () => {
    expect(names.filter((name) => providerNames.some((known) => known === name))).toEqual([]);
  });
});

describe('a product', () => {
  it.each(['Azure AD', 'azure-ad', 'AZURE_AD', 'AzureAD'])('may be written %s', (name) => {
    expect(knownProduct(name)?.provider).toBe('entra');
  });
});
