import {
  backchannelLogoutVariable,
  connectAuthorizationServer,
  defineProvider,
  httpUrl,
  providerEnvironment,
  variable,
} from '@mcp-whoami/provider';

const tenantUrl = httpUrl
  .refine((text) => /^[^:]+:\/\/[^/?#]*\/?$/.test(text), {
    error: 'the tenant’s endpoint alone, without a path (the issuer is that plus /oidc)',
  })
  .transform((text) => text.replace(/\/$/, ''));

/** A tenant of Logto. */
export const logto = defineProvider({
  id: 'logto',
  title: 'Logto',
  environmentPrefix: 'LOGTO',
  environment: providerEnvironment(
    {
      endpoint: variable(tenantUrl, {
        description: 'the tenant’s endpoint; the issuer is that plus `/oidc`',
        example: 'https://x.logto.app',
      }),
      ...backchannelLogoutVariable,
    },
    { scopes: ['openid', 'profile', 'email'] },
  ),
  connect: (settings, context) =>
    connectAuthorizationServer(
      {
        metadata: {
          type: 'oidc',
          issuer: `${settings.endpoint}/oidc`,
          issuerField: 'endpoint',
          settingOf: (issuer) => issuer.replace(/\/oidc$/, ''),
        },
        // Logto's userinfo endpoint refuses every token that is bound to an API resource, and those are the JWTs.
        userinfoRole: 'none',
        settings,
        urls: { endpoint: settings.endpoint },
      },
      context,
    ),
});
