import {
  ConfigurationError,
  type ProviderConnection,
  type Resources,
  requireConnection,
  requireResources,
} from '@mcp-whoami/provider';

/** What a guard protects, and whose users it lets in. */
export type ProtectionOptions =
  | {
      /** The connected provider whose users are let in; its resources are protected. */
      connection: ProviderConnection;
      resources?: undefined;
    }
  | {
      /**
       * The connected provider whose users are let in. `'none'` lets everybody in who reaches the server: there is no
       * metadata, and no token is asked for.
       */
      connection: ProviderConnection | 'none';
      /**
       * The URLs of the resources to protect, exactly as clients use them; the first also answers at the root. Those
       * of the connection where they are left out, and the same where they are not.
       */
      resources: Resources;
    };

/**
 * The resources of a guard.
 *
 * @throws {ConfigurationError} for what is not a connection, or not resources, or others than the connection's, for
 *   which every token would be refused.
 */
export function protectedResources({ connection, resources }: ProtectionOptions): Resources {
  if (connection === 'none') {
    requireResources(resources);
    return resources;
  }
  requireConnection(connection);
  if (resources === undefined) return connection.resources;
  requireResources(resources);
  if (!sameList(resources, connection.resources)) throw differ(resources, connection.resources);
  return resources;
}

function sameList(some: Resources, others: Resources): boolean {
  return some.every((resource) => others.includes(resource)) && others.every((other) => some.includes(other));
}

function differ(resources: Resources, ofConnection: Resources): ConfigurationError {
  return new ConfigurationError([
    {
      setting: 'resources',
      found: `the guard protects ${resources.join(', ')}, but its connection is for ${ofConnection.join(', ')}`,
      expected: 'the same in both: without resources the guard takes those of its connection',
      example: 'createGuard({ connection })',
    },
  ]);
}
