import {
  ConfigurationError,
  describeEnvironment,
  type Environment,
  misspelledVariables,
  readEnvironment,
} from '@mcp-whoami/environment';
import type { ConnectOptions, ProviderConnection } from '@mcp-whoami/provider';
import { chooseProvider } from './choose-provider.ts';
import { exposureWarnings } from './exposure.ts';
import { serverEnvironment } from './server-environment.ts';

export interface Configuration {
  host: string;
  port: number;
  /** The URL that clients use, when it is not this machine's `localhost`. */
  publicUrl: string | undefined;
  /** Further values of `Host`. */
  allowedHosts: readonly string[];
  allowedOrigins: readonly string[];
  /** Reverse proxies before the server. */
  trustedProxies: number;
  /** Wait for an IdP that can't be reached yet. */
  discoveryRetry: boolean;
  /** Nothing: no authentication. */
  provider:
    | {
        title: string;
        isBridge?: boolean | undefined;
        connect(options: ConnectOptions): Promise<ProviderConnection>;
      }
    | undefined;
  /** What the operator should know of it. */
  warnings: readonly string[];
}

/**
 * Reads the environment of the server and of its provider.
 *
 * @throws {ConfigurationError} that names every variable of both that is missing or malformed.
 */
export async function readConfiguration(environment: Environment): Promise<Configuration> {
  const server = readEnvironment(serverEnvironment, environment);
  // A wrong PORT must not hide a missing issuer: the provider's variables are read all the same.
  const { provider, problems: misfits } = await chooseProvider(environment);
  const own = provider?.readEnvironment(environment);
  const misspelled = misspelledVariables(environment, describeEnvironment(serverEnvironment));

  const problems = [
    ...misfits,
    ...(server.success ? [] : server.problems),
    ...(own?.success === false ? await own.tried() : []),
    ...misspelled,
  ];
  if (!server.success || problems.length > 0) throw new ConfigurationError(problems);
  const { host, port, publicUrl, allowedHosts, allowedOrigins, trustedProxies, discoveryRetry } =
    server.values;
  const warnings = exposureWarnings(server.values);
  return {
    host,
    port,
    publicUrl,
    allowedHosts,
    allowedOrigins,
    trustedProxies,
    discoveryRetry,
    provider:
      provider && own?.success
        ? { title: provider.title, isBridge: provider.isBridge, connect: own.connect }
        : undefined,
    warnings,
  };
}
