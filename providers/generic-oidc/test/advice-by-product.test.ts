import { describe, expect, it } from 'vitest';
import { adviceByProduct, products } from '../src/advice-by-product.ts';

const resource = 'http://localhost:3001/mcp';
const settings = /\{(audience(?:=[^{}]*)?|issuer|scopes|requiredScopes|clientId|clientSecret)\}/g;

describe('the issuer tells the product', () => {
  it.each([
    ['Auth0', 'https://x.eu.auth0.com/'],
    ['Okta', 'https://x.okta.com/oauth2/default'],
    ['Okta', 'https://x.oktapreview.com'],
    ['Entra ID', 'https://login.microsoftonline.com/6f1d/v2.0'],
    ['Entra ID', 'https://sts.windows.net/6f1d/'],
    ['Amazon Cognito', 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_x'],
    ['Google', 'https://accounts.google.com'],
    ['WorkOS AuthKit', 'https://x-1-staging.authkit.app'],
    ['Zitadel', 'https://x-1a2b.zitadel.cloud'],
    ['authentik', 'https://id.example.com/application/o/whoami/'],
  ])('%s: %s', (name, issuer) => {
    expect(products.filter((product) => product.issuer.test(issuer)).map((product) => product.name)).toEqual([
      name,
    ]);
    expect(adviceByProduct(issuer, [resource]).audience_mismatch).toBeDefined();
  });

  it('not one that only looks like it', () => {
    for (const issuer of [
      'https://auth0.com.evil.example/',
      'https://idp.example.com',
      'https://x.okta.com/evil',
    ])
      expect(adviceByProduct(issuer, [resource])).toEqual({});
  });
});

describe.each(products)('$name', ({ source, advice }) => {
  it('has its source with a date, and names no setting that is not there', () => {
    expect(source).toMatch(/\.\w+\/.*, 20\d\d-\d\d$/);
    for (const text of Object.values(advice(`"${resource}"`, `"${resource}"`)))
      expect(text.replace(settings, '')).not.toMatch(/[{}]/);
  });
});
