import { ConfigurationError, type Environment, isSet, readEnvironment } from '@mcp-whoami/environment';
import type { GuardLogger } from '@mcp-whoami/guard';
import type { Provider, ProviderConnection } from '@mcp-whoami/provider';
import { z } from 'zod';
import { chooseProvider } from '../choose-provider.ts';
import { readConfiguration } from '../configuration.ts';
import { resourcesOf } from '../create-app.ts';
import { serverVariables } from '../server-environment.ts';
import { type Finding, ok, skipped } from './finding.ts';
import { idpAddressOf } from './idp-address.ts';
import { problemFindings } from './problem-findings.ts';
import type { Subject } from './subject.ts';
import { TimeLimitError, withinTime } from './time-limit.ts';

/** How long connecting may take, in milliseconds. */
const CONNECT_LIMIT_MS = 10_000;

/** What stands for the public URL where it is not known. */
const SOME_PUBLIC_URL = 'http://localhost:3001';

/** Reads the variables as the server does at start, and goes on with what of them can be read. */
export async function readSubject(environment: Environment, logger: GuardLogger): Promise<Subject> {
  const read = await readConfiguration(environment).catch((error: unknown) => {
    if (!(error instanceof ConfigurationError)) throw error;
    return error;
  });
  const publicUrl = readPublicUrl(environment);
  const [resource] = resourcesOf(publicUrl ?? SOME_PUBLIC_URL);
  const { provider } = await chooseProvider(environment);
  const connected = await connect(provider, environment, publicUrl ?? SOME_PUBLIC_URL, logger);
  const configuration =
    read instanceof ConfigurationError
      ? problemFindings(read)
      : [
          ok('configuration', 'The variables can be read.'),
          ...read.warnings.map((text) => warning('configuration.warning', text)),
        ];
  return {
    environment,
    publicUrl,
    resource: publicUrl && resource,
    provider,
    isEmbedded: provider?.isBridge === true || provider?.id === 'dev',
    idp: provider && idpAddressOf(provider, environment),
    connection: connected.connection,
    cannotConnect: connected.fails === true,
    findings: [...configuration, ...proxyFindings(environment), ...connected.findings],
    [Symbol.asyncDispose]: async () => connected.connection?.[Symbol.asyncDispose](),
  };
}

function warning(id: string, title: string): Finding {
  return { id, severity: 'warning', title };
}

/** What of it can be read, whatever is wrong with other variables. */
function readPublicUrl(environment: Environment): string | undefined {
  const own = readEnvironment(z.object({ publicUrl: serverVariables.publicUrl }), environment);
  if (!own.success) return undefined;
  if (own.values.publicUrl !== undefined) return own.values.publicUrl;
  const listening = readEnvironment(z.object({ port: serverVariables.port }), environment);
  return listening.success && listening.values.port !== 0
    ? `http://localhost:${listening.values.port}`
    : undefined;
}

interface Connected {
  fails?: boolean;
  connection?: ProviderConnection | undefined;
  findings: readonly Finding[];
}

async function connect(
  provider: Provider | undefined,
  environment: Environment,
  publicUrl: string,
  logger: GuardLogger,
): Promise<Connected> {
  // A store is looked at by itself: to connect a bridge would write into it.
  const without = isSet(environment.STORE_URL) ? { ...environment, STORE_URL: 'memory:' } : environment;
  const reading = provider?.readEnvironment(without);
  // What is wrong with the variables was said.
  if (!reading?.success) return { findings: [] };
  try {
    const options = { resources: resourcesOf(publicUrl), publicUrl, logger };
    const connection = await withinTime(CONNECT_LIMIT_MS, reading.connect(options));
    return { connection, findings: [ok('connection', `Connecting works: ${provider?.title}.`)] };
  } catch (error) {
    if (error instanceof ConfigurationError) return { fails: true, findings: problemFindings(error) };
    if (!(error instanceof TimeLimitError)) throw error;
    const why = 'The identity provider answers too slowly for the server to start.';
    return {
      findings: [skipped('connection', 'The identity provider could not be connected in time.', why)],
    };
  }
}

/** Node reads the variables of a forward proxy only where it is told to. */
function proxyFindings(environment: Environment): Finding[] {
  const name = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].find((variable) =>
    isSet(environment[variable]),
  );
  if (name === undefined || isSet(environment.NODE_USE_ENV_PROXY)) return [];
  return [
    {
      id: 'configuration.forward-proxy',
      severity: 'warning',
      title: `${name} is set, but Node takes no notice of it.`,
      why: 'Where the identity provider is reached only by that proxy, the server does not reach it.',
      mend: ['NODE_USE_ENV_PROXY=1'],
    },
  ];
}
