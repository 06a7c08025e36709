import { expect, it } from 'vitest';
import type { PageConnection } from '../src/options.ts';
import { idpOrigins, pageFacts } from '../src/page-facts.ts';

it('the page may ask the origins of the IdP, and nothing that means more in its policy', () => {
  const metadata = {
    issuer: 'https://idp.example.com/realm',
    token_endpoint: 'https://[::1]:8443/token',
    registration_endpoint: 'http://ümlaut.example/register',
  };
  const hostile = {
    issuer: 'https://*',
    token_endpoint: 'https://a;sandbox/token',
    registration_endpoint: 'https://a,b/register',
  };
  const published = { issuer: metadata.issuer, metadata: hostile };
  expect(idpOrigins({ about: { metadata, notes: [] }, published })).toEqual([
    'https://idp.example.com',
    'https://[::1]:8443',
    'http://xn--mlaut-jva.example',
  ]);
});

const factsWith = (about: Partial<PageConnection['about']>, revisions?: string[]) =>
  pageFacts({
    title: 'weather',
    publicUrl: 'https://mcp.example.com',
    resources: ['https://mcp.example.com/mcp'],
    connection: {
      issuer: 'https://idp.example.com',
      published: { issuer: 'https://idp.example.com', metadata: {} },
      advice: {},
      about: { metadata: {}, notes: [], ...about },
    },
    providerTitle: 'Our IdP',
    ...(revisions === undefined ? {} : { revisions }),
  });

it('the audience is the resource unless another is accepted on purpose', () => {
  expect(factsWith({}).audience).toEqual(['https://mcp.example.com/mcp']);
  expect(factsWith({ audience: ['api://a', 'none'] }).audience).toEqual(['api://a', 'none']);
});

it('the newest revision comes first', () => {
  expect(factsWith({}).revisions).toEqual([]);
  expect(factsWith({}, ['2025-11-25', '2026-07-28', '2025-06-18']).revisions).toEqual([
    '2026-07-28',
    '2025-11-25',
    '2025-06-18',
  ]);
});
