import {
  connectAuthorizationServer,
  defineProvider,
  httpUrl,
  resourceServerVariables,
  variable,
} from '@mcp-whoami/provider';
import { z } from 'zod';

const tenantUrl = httpUrl
  .refine((text) => !URL.canParse(text) || /^\/?$/.test(new URL(text).pathname), {
    error: 'the tenant’s endpoint alone, without a path (the issuer is that plus /oidc)',
  })
  .transform((text) => text.replace(/\/$/, ''));

/** A tenant of Logto. */
export const logto = defineProvider({
  id: 'logto',
  title: 'Logto',
  environmentPrefix: 'LOGTO',
  environment: z.object({
    endpoint: variable(tenantUrl, {
      description: 'the tenant’s endpoint; the issuer is that plus `/oidc`',
      example: 'https://x.logto.app',
    }),
    ...resourceServerVariables({ scopes: ['openid', 'profile', 'email'] }),
  }),
  connect: (settings, context) =>
    connectAuthorizationServer(
      {
        metadata: { type: 'oidc', issuer: `${settings.endpoint}/oidc`, issuerField: 'endpoint' },
        // Logto's userinfo endpoint refuses every token that is bound to an API resource, and those are the JWTs.
        userinfoRole: 'none',
        settings,
        urls: { endpoint: settings.endpoint },
      },
      context,
    ),
});
