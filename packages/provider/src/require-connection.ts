import { ConfigurationError } from '@mcp-whoami/environment';
import type { ProviderConnection } from './connection.ts';

/**
 * Checks that something is a connection, as far as it is used: it is a promise of one where an `await` was forgotten.
 *
 * @throws {ConfigurationError} that says what was found.
 */
export function requireConnection(connection: Partial<ProviderConnection> | undefined): void {
  if (typeof connection?.verifyAccessToken === 'function') return;
  const promise = connection instanceof Promise;
  throw new ConfigurationError([
    {
      setting: 'connection',
      found:
        connection === undefined ? undefined : promise ? 'a Promise' : 'something else than a connection',
      expected: promise
        ? 'a connection: connect and connectFromEnvironment promise one, so put await before them'
        : 'a connection, which connect or connectFromEnvironment of a provider gives',
      example: 'connection: await genericOidc.connect({ issuer }, { resources })',
    },
  ]);
}
