import {
  backchannelLogoutVariable,
  connectAuthorizationServer,
  defineProvider,
  issuerVariable,
  providerEnvironment,
} from '@mcp-whoami/provider';

/** Any OpenID Connect provider. */
export const genericOidc = defineProvider({
  id: 'generic-oidc',
  title: 'OpenID Connect',
  environmentPrefix: 'OIDC',
  environment: providerEnvironment(
    {
      issuer: issuerVariable({
        description: 'the issuer, byte for byte as its metadata says it (mind the trailing slash)',
        example: 'https://idp.example.com/',
      }),
      ...backchannelLogoutVariable,
    },
    { scopes: ['openid', 'profile', 'email'] },
  ),
  connect: (settings, context) =>
    connectAuthorizationServer(
      {
        metadata: { type: 'oidc', issuer: settings.issuer, issuerField: 'issuer' },
        userinfoRole: 'profile',
        settings,
        urls: { issuer: settings.issuer },
      },
      context,
    ),
});
