import { type SettingsSchema, setting } from '@mcp-whoami/environment';
import {
  defineProvider,
  type Provider,
  type ProviderDefinition,
  resourceServerOptions,
  type Upstream,
  type UpstreamContext,
} from '@mcp-whoami/provider';
import { z } from 'zod';
import type { BridgeOptions } from './bridge-settings.ts';
import { bridged } from './bridged.ts';

/** An IdP that is reached by a bridge alone, as data. */
export interface BridgedProviderDefinition<Schema extends SettingsSchema>
  extends Omit<ProviderDefinition<Schema>, 'connect'> {
  /** How the bridge signs people in there. */
  upstream(options: z.output<Schema>, context: UpstreamContext): Upstream;
}

/** The options of an IdP that is reached by a bridge alone: its own, and those that every one has. */
export function bridgedOptions<Own extends z.ZodRawShape>(own: Own) {
  const { requiredScopes, scopes, clientAuth, tokenCacheSeconds } = resourceServerOptions({
    scopes: ['openid', 'profile', 'email'],
  }).shape;
  return z.object({
    ...own,
    clientId: setting(z.string(), {
      description: 'the client that is registered at the IdP for this server',
      example: 'Iv1.8a61f9b3a7aba766',
    }),
    clientSecret: setting(z.string(), {
      description: 'the secret of that client',
      example: 'the-secret-of-that-client',
      secret: true,
    }),
    clientAuth,
    scopes,
    requiredScopes,
    tokenCacheSeconds,
  });
}

/** Makes a provider of an IdP that is reached by a bridge alone. */
export function defineBridgedProvider<Schema extends SettingsSchema>(
  definition: BridgedProviderDefinition<Schema>,
): Provider<{ [Option in keyof z.input<Schema>]: z.input<Schema>[Option] } & BridgeOptions> {
  const { title } = definition;
  return bridged(
    defineProvider({
      ...definition,
      connect: () => Promise.reject(new TypeError(`a token of ${title} does not say for whom it is`)),
    }),
  );
}
