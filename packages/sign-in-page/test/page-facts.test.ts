import { expect, it } from 'vitest';
import { idpOrigins } from '../src/page-facts.ts';

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
