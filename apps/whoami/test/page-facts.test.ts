import { expect, it } from 'vitest';
import { idpOrigins } from '../src/page/page-facts.ts';

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
  const connection = {
    issuer: metadata.issuer,
    published: { issuer: metadata.issuer, metadata: hostile },
    advice: {},
    about: { metadata, notes: [], pageClient: { id: undefined, variable: 'OIDC_PAGE_CLIENT_ID' } },
  };
  expect(idpOrigins(connection)).toEqual([
    'https://idp.example.com',
    'https://[::1]:8443',
    'http://xn--mlaut-jva.example',
  ]);
});
