import { httpUrl, setting } from '@mcp-whoami/environment';
import { defineOpenIdProvider, openIdOptions } from '@mcp-whoami/provider';
import { logtoAdvice } from './advice.ts';

const tenantUrl = httpUrl
  .refine((text) => /^[^:]+:\/\/[^/?#]*\/?$/.test(text), {
    error: 'the tenant’s endpoint alone, without a path (the issuer is that plus /oidc)',
  })
  .transform((text) => text.replace(/\/$/, ''));

/**
 * A tenant of Logto.
 *
 * @example
 * const connection = await logto.connect(
 *   { endpoint: 'https://x.logto.app' },
 *   { resources: ['http://localhost:3001/mcp'] },
 * );
 */
export const logto = defineOpenIdProvider({
  id: 'logto',
  title: 'Logto',
  environmentPrefix: 'LOGTO',
  options: openIdOptions({
    endpoint: setting(tenantUrl, {
      description: 'the tenant’s endpoint; the issuer is that plus `/oidc`',
      example: 'https://x.logto.app',
      url: true,
    }),
  }),
  issuer: ({ endpoint }) => `${endpoint}/oidc`,
  issuerOption: { field: 'endpoint', textFor: (issuer) => issuer.replace(/\/oidc$/, '') },
  // Logto's userinfo endpoint refuses every token that is bound to an API resource, and those are the JWTs.
  userinfoRole: 'none',
  groups: { claims: ['roles', 'organizations'], scopes: ['roles', 'urn:logto:scope:organizations'] },
  advice: logtoAdvice,
});
