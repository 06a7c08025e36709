import type { NameOf } from '@mcp-whoami/environment';
import { processWarnings, type Upstream, type WarningLogger } from '@mcp-whoami/provider';
import { failuresOf } from './errors.ts';
import { createOAuth2Client } from './oauth2-client.ts';
import { createOpenIdClient } from './openid-client.ts';
import type { UpstreamClient } from './sign-in.ts';

export type { BegunSignIn, SignedIn, UpstreamClient, UpstreamSecrets } from './sign-in.ts';

export interface UpstreamClientOptions {
  /** How messages for the operator name a setting; its field otherwise. */
  nameOf?: NameOf | undefined;
  /** Endpoints over plain http to another machine are refused. */
  production?: boolean | undefined;
  /** Takes the warnings of a running client. */
  logger?: WarningLogger | undefined;
}

/**
 * Makes the client that signs people in at an upstream. Nothing is asked of it before the first sign-in.
 *
 * @example
 * const client = createUpstreamClient(upstream, { nameOf, production });
 * const { url, secrets } = await client.begin({ state, redirectUri });
 */
export function createUpstreamClient(
  upstream: Upstream,
  { nameOf = (field) => field, production = false, logger = processWarnings }: UpstreamClientOptions = {},
): UpstreamClient {
  const surroundings = { failure: failuresOf(upstream.title, nameOf), production, logger };
  const { server } = upstream;
  return server.kind === 'oidc'
    ? createOpenIdClient(upstream, server, surroundings)
    : createOAuth2Client(upstream, server, surroundings);
}
