import { defineProvider, type Provider, resourceServerOptions } from '@mcp-whoami/provider';
import { z } from 'zod';
import { type BridgeOptions, bridgeFields, bridgeRules } from './bridge-settings.ts';

const { scopes, requiredScopes, tokenCacheSeconds } = resourceServerOptions({ scopes: [] }).shape;

/** What a bridge reads of the options, which are those of any provider. */
const settingsOfBridge = z.object({ ...bridgeFields, scopes, requiredScopes, tokenCacheSeconds });

/**
 * Makes a bridge of a provider: this process is the authorization server of its clients, and signs people in at the
 * provider's IdP by a client of its own (`clientId`, `clientSecret`).
 *
 * @throws {TypeError} for a provider at which nobody can be signed in so.
 * @example
 * const connection = await bridged(keycloak).connect(
 *   {
 *     issuer: 'https://idp.example.com/realms/mcp',
 *     clientId: 'whoami',
 *     clientSecret: 'the-secret-of-that-client',
 *     allowedUsers: ['@example.com'],
 *   },
 *   { resources: ['http://localhost:3001/mcp'] },
 * );
 */
export function bridged<Options>(provider: Provider<Options>): Provider<Options & BridgeOptions> {
  const { id, title, environmentPrefix, foreignVariables, upstream } = provider;
  if (upstream === undefined) throw new TypeError(`${title} cannot be behind a bridge`);
  return defineProvider({
    id,
    title,
    ...(environmentPrefix === undefined ? {} : { environmentPrefix }),
    foreignVariables,
    isBridge: true,
    upstream,
    options: provider.options.safeExtend(bridgeFields).check(...bridgeRules),
    connect: async (values, context) => {
      const settings = settingsOfBridge.parse(values);
      const { nameOf } = context;
      // Only who connects needs an authorization server: where providers are listed, none is loaded.
      const { connectBridge } = await import('./connect-bridge.ts');
      return connectBridge(
        upstream(values, { nameOf, allowedGroups: settings.allowedGroups }),
        settings,
        context,
      );
    },
  });
}
