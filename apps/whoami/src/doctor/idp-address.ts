import {
  ConfigurationError,
  type Environment,
  readEnvironment,
  variableNames,
} from '@mcp-whoami/environment';
import type { Provider } from '@mcp-whoami/provider';
import { z } from 'zod';
import type { IdpAddress } from './subject.ts';

const common = z.looseObject({ discoveryUrl: z.string().optional() });

/**
 * Where the identity provider is. Its declaration says that to a bridge, so it is asked as one would: it wants a client
 * too, which has no say in it.
 */
export function idpAddressOf(provider: Provider, environment: Environment): IdpAddress | undefined {
  const { options, environmentPrefix, upstream } = provider;
  const reading = readEnvironment(options, environment, environmentPrefix);
  if (!reading.success || upstream === undefined) return undefined;
  const { clientId = 'unknown', clientSecret = 'unknown', ...values } = reading.values;
  const nameOf = variableNames(options, environmentPrefix);
  try {
    const { server } = upstream({ ...values, clientId, clientSecret }, { nameOf });
    if (server.kind === 'oidc') {
      const { issuer, acceptsIssuer } = server;
      return { issuer, discoveryUrl: server.discoveryUrl, acceptsIssuer };
    }
    if (server.endpoints.kind === 'byHand') return undefined;
    const { discoveryUrl } = common.parse(values);
    return { issuer: server.endpoints.issuer, discoveryUrl };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return undefined;
  }
}
