import {
  ConfigurationError,
  type ConfigurationProblem,
  describeEnvironment,
  type Environment,
  type NameOf,
  nodeEnvironment,
  optionNames,
  readEnvironment,
  readOptions,
  type SettingsSchema,
  settingMeta,
  unknownVariables,
  variableNames,
} from '@mcp-whoami/environment';
import { z } from 'zod';
import type { ConnectionContext, ConnectOptions } from './connect-options.ts';
import type { ProviderConnection } from './connection.ts';
import { checkConfiguredUrls } from './metadata/transport-security.ts';
import { tryIssuerOption } from './metadata/try-issuer-option.ts';
import { requireResources } from './resources.ts';
import type { Upstream, UpstreamContext } from './upstream.ts';

/** An identity provider as data and one function. */
export interface ProviderDefinition<Schema extends SettingsSchema> {
  /** The value of `PROVIDER`. */
  id: string;
  /** The product's name. */
  title: string;
  /** What the names of its environment variables begin with. */
  environmentPrefix?: string;
  /** The names, without the prefix, of variables that other programs are known to read. */
  foreignVariables?: RegExp | undefined;
  /** Its options, which are its environment variables too. */
  options: Schema;
  /** The option that says where its metadata is. */
  issuerOption?: IssuerOption | undefined;
  /** How a bridge signs people in there by a client of its own, where it can. */
  upstream?: ((options: z.output<Schema>, context: UpstreamContext) => Upstream) | undefined;
  /** This process is the authorization server of its clients. */
  isBridge?: boolean | undefined;
  connect(options: z.output<Schema>, context: ConnectionContext): Promise<ProviderConnection>;
}

/** The option by which an IdP is found, so that what somebody may have meant by it can be tried. */
export interface IssuerOption {
  field: string;
  /** Which metadata: see `IssuerToDiscover`. */
  type?: 'oidc' | 'oauth';
  /** What the option would be for an issuer, where it is made of that. */
  textFor?(issuer: string): string;
}

/** A provider whose variables are read, and that is ready to connect; or everything that is wrong with them. */
export type ProviderReading =
  | { success: true; connect(context: ConnectOptions): Promise<ProviderConnection> }
  | {
      success: false;
      problems: ConfigurationProblem[];
      /** The problems with what was probably meant, where that can only be known by asking the IdP. */
      tried(): Promise<ConfigurationProblem[]>;
    };

/** An identity provider that can be connected. */
export interface Provider<Options = Record<string, unknown>> {
  readonly id: string;
  readonly title: string;
  readonly environmentPrefix?: string;
  /** The names, without the prefix, of variables that other programs are known to read. */
  readonly foreignVariables?: RegExp | undefined;
  /** The schema of its options, for documentation. */
  readonly options: SettingsSchema;
  /** How a bridge signs people in there, by options that were read; nothing where it cannot. */
  readonly upstream?: ((options: Record<string, unknown>, context: UpstreamContext) => Upstream) | undefined;
  /** Whether this process is the authorization server of its clients. */
  readonly isBridge?: boolean | undefined;
  /**
   * Connects the provider by typed options.
   *
   * @throws {ConfigurationError} that names every option that is missing, malformed or does not work.
   * @example
   * const connection = await keycloak.connect(
   *   { issuer: 'http://localhost:8080/realms/mcp-realm' },
   *   { resources: ['http://localhost:3001/mcp'] },
   * );
   */
  connect(options: Options, context: ConnectOptions): Promise<ProviderConnection>;
  /**
   * Connects the provider by environment variables.
   *
   * @throws {ConfigurationError} that names every variable that is missing, malformed or does not work.
   * @example
   * // KEYCLOAK_ISSUER=http://localhost:8080/realms/mcp-realm
   * const connection = await keycloak.connectFromEnvironment(process.env, {
   *   resources: ['http://localhost:3001/mcp'],
   * });
   */
  connectFromEnvironment(environment: Environment, context: ConnectOptions): Promise<ProviderConnection>;
  /** The first half of it: reads the variables, without asking the IdP. */
  readEnvironment(environment: Environment): ProviderReading;
}

/**
 * Makes a provider of its definition.
 *
 * @example
 * export const example = defineProvider({
 *   id: 'example',
 *   title: 'Example',
 *   environmentPrefix: 'EXAMPLE',
 *   options: providerOptions(
 *     { issuer: issuerSetting({ description: 'the issuer', example: 'https://idp.example.com' }) },
 *     { scopes: ['openid'] },
 *   ),
 *   connect: (settings, context) =>
 *     connectAuthorizationServer(
 *       { metadata: { kind: 'discover', type: 'oidc', issuer: settings.issuer }, userinfoRole: 'profile', settings },
 *       context,
 *     ),
 * });
 */
export function defineProvider<Schema extends SettingsSchema>(
  definition: ProviderDefinition<Schema>,
): Provider<{ [Option in keyof z.input<Schema>]: z.input<Schema>[Option] }> {
  const { connect, upstream, issuerOption: _, ...data } = definition;
  const { options: schema, environmentPrefix: prefix, foreignVariables } = definition;

  const connectWith = async (
    values: z.output<Schema>,
    context: ConnectionContext,
  ): Promise<ProviderConnection> => {
    requireResources(context.resources);
    try {
      const insecure = checkConfiguredUrls(schema, values, context);
      const connection = await connect(values, context);
      return { ...connection, warnings: [...insecure, ...connection.warnings] };
    } catch (error) {
      throw error instanceof ConfigurationError ? withExamples(error, schema, context.nameOf) : error;
    }
  };
  const read = (environment: Environment): ProviderReading => {
    const own = readEnvironment(schema, environment, prefix);
    const node = readEnvironment(z.object(nodeEnvironment), environment);
    const unknown =
      prefix === undefined
        ? []
        : unknownVariables(environment, describeEnvironment(schema, prefix), prefix, foreignVariables);
    if (unknown.length > 0 || !own.success || !node.success) {
      const found = [own, node].flatMap((reading) => (reading.success ? [] : reading.problems));
      const problems = [...unknown, ...found];
      const tried = () => tryIssuerOption(problems, environment, definition);
      return { success: false, problems, tried };
    }
    const nameOf = variableNames(schema, prefix);
    return {
      success: true,
      connect: (context) => {
        const production = node.values.nodeEnv === 'production' || context.production;
        return connectWith(own.values, { ...context, production, nameOf });
      },
    };
  };

  return {
    ...data,
    upstream: upstream && ((options, context) => upstream(schema.parse(options), context)),
    connect: async (options, context) => {
      const reading = readOptions(schema, options);
      if (!reading.success) throw new ConfigurationError(reading.problems);
      return connectWith(reading.values, { ...context, nameOf: optionNames(schema) });
    },
    connectFromEnvironment: async (environment, context) => {
      const reading = read(environment);
      if (!reading.success) throw new ConfigurationError(await reading.tried());
      return reading.connect(context);
    },
    readEnvironment: read,
  };
}

/** A problem that is found while connecting has the schema's example, like one of the schema's own. */
function withExamples(error: ConfigurationError, schema: SettingsSchema, nameOf: NameOf): ConfigurationError {
  const examples = new Map(
    Object.entries(schema.shape).map(([field, fieldSchema]) => [
      nameOf(field),
      nameOf(field, settingMeta(fieldSchema).example),
    ]),
  );
  const problems = error.problems.map((problem) => {
    const example = examples.get(problem.setting);
    return example === undefined ? problem : { example, ...problem };
  });
  return new ConfigurationError(problems, error.cause);
}
