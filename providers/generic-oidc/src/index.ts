import { defineOpenIdProvider, issuerSetting, openIdOptions } from '@mcp-whoami/provider';
import { adviceByProduct } from './advice-by-product.ts';

/**
 * Any OpenID Connect provider.
 *
 * @example
 * const connection = await genericOidc.connect(
 *   { issuer: 'https://idp.example.com/' },
 *   { resources: ['http://localhost:3001/mcp'] },
 * );
 */
export const genericOidc = defineOpenIdProvider({
  id: 'generic-oidc',
  title: 'OpenID Connect',
  environmentPrefix: 'OIDC',
  options: openIdOptions({
    issuer: issuerSetting({
      description: 'the issuer, byte for byte as its metadata says it (mind the trailing slash)',
      example: 'https://idp.example.com/',
    }),
  }),
  issuer: ({ issuer }) => issuer,
  advice: (audience, { issuer }) => adviceByProduct(issuer, audience),
  // The organization's own server has its endpoints under /oauth2, and itself at the root.
  doubts: ({ issuer, authorization_endpoint }) =>
    authorization_endpoint === `${issuer}/oauth2/v1/authorize`
      ? [
          `this is Okta’s org authorization server, whose access tokens nobody but Okta can verify: take a custom one, as {issuer=${issuer}/oauth2/default}`,
        ]
      : [],
  nameForPeople: ({ issuer }) => new URL(issuer).host,
});
