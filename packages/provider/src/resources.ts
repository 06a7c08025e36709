import { ConfigurationError, httpUrl } from '@mcp-whoami/environment';
import { quote } from './printable.ts';

/** The URLs of a server's protected resources, exactly as clients use them. */
export type Resources = readonly [string, ...string[]];

/**
 * Checks the resources that a program names: absolute URLs without a fragment (RFC 8707 §2).
 *
 * @throws {ConfigurationError} that says what was found.
 */
export function requireResources(resources: unknown): asserts resources is Resources {
  if (Array.isArray(resources) && resources.length > 0 && resources.every(isResource)) return;
  throw new ConfigurationError([
    {
      setting: 'resources',
      found: resources === undefined ? undefined : quote(resources),
      expected:
        'a list of the absolute URLs under which clients reach what is protected: scheme, host and path, without a fragment',
      example: 'resources: ["http://localhost:3001/mcp"]',
    },
  ]);
}

function isResource(value: unknown): boolean {
  return httpUrl.safeParse(value).success && !String(value).includes('#');
}
