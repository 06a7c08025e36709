import { bridgedOptions, defineBridgedProvider } from '@mcp-whoami/bridge';
import { httpUrl, setting } from '@mcp-whoami/environment';
import { tenant } from './tenant.ts';
import { entraUpstream } from './upstream.ts';

const authorityUrl = httpUrl
  .refine((text) => /^[^:]+:\/\/[^/?#]*\/?$/.test(text), {
    error: 'the address alone: the tenant stands in {tenant}',
  })
  .transform((text) => new URL(text).origin);

/**
 * Microsoft Entra ID: people sign in with their account in one tenant.
 *
 * @example
 * const connection = await entra.connect(
 *   { tenant: '8eaef023-2b34-4da1-9baa-8bc8c9d6a490', clientId, clientSecret },
 *   { resources: ['http://localhost:3001/mcp'] },
 * );
 */
export const entra = defineBridgedProvider({
  id: 'entra',
  title: 'Entra ID',
  environmentPrefix: 'ENTRA',
  options: bridgedOptions({
    tenant: setting(tenant, {
      description: 'the tenant whose people may sign in: its id, or one of its domains',
      example: '8eaef023-2b34-4da1-9baa-8bc8c9d6a490',
    }),
    authority: setting(authorityUrl.default('https://login.microsoftonline.com'), {
      description:
        'where people sign in: a sovereign cloud has its own (`https://login.microsoftonline.us`, `https://login.partner.microsoftonline.cn`)',
      example: 'https://login.microsoftonline.us',
      url: true,
    }),
  }),
  upstream: entraUpstream,
});
