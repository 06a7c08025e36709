import { z } from 'zod';
import type { AccessTokenInfo } from './access-token-info.ts';
import type { JsonObject } from './authorization-server-metadata.ts';
import {
  describeEnvironment,
  type Environment,
  type EnvironmentReading,
  type EnvironmentSchema,
  readEnvironment,
  variableName,
} from './environment.ts';
import { type Advice, ConfigurationError } from './errors.ts';
import type { Logout } from './logouts.ts';
import type { McpAuthConfig } from './mcp-auth-config.ts';
import { nodeEnvironment } from './node-environment.ts';
import type { Caller } from './question-budget.ts';
import { unknownVariables } from './unknown-variables.ts';
import type { WarningLogger } from './warning-logger.ts';

/** What every connection is made for. */
export interface ConnectOptions {
  /** The URLs of this server's protected resources, the audience of its tokens (RFC 8707). */
  resources: readonly [string, ...string[]];
  /** Takes the warnings of a running connection, as pino does; warnings of the process (`process.emitWarning`) otherwise. */
  logger?: WarningLogger | undefined;
  /**
   * The URL under which clients reach this server, with its path and without a slash at the end; the origin of the
   * first resource otherwise. It is the issuer (RFC 8414 §2) of metadata that this server publishes itself.
   */
  publicUrl?: string;
}

/** What a provider's declaration is given to connect with. */
export interface ConnectionContext extends ConnectOptions {
  /** `NODE_ENV=production`: what is unsafe is refused, not warned about. */
  production: boolean;
  /** The environment variable that holds a field of the provider's schema, for messages. */
  variable(field: string): string;
}

/** The call that a token came with, as far as its judgement looks at it. */
export interface TokenUse {
  /** Who calls, as far as it can be told. Those without any are one caller. */
  caller?: Caller | undefined;
  /** The resource that is called: where the server's resources are the accepted audience, the token must name it. */
  resource?: string | undefined;
}

/** A provider that is connected: everything a protected resource needs of its authorization server. */
export interface ProviderConnection extends AsyncDisposable {
  /** For mcp-auth: `new MCPAuth({ server: config })`. */
  config: McpAuthConfig;
  /** The issuer of the tokens, byte for byte. */
  issuer: string;
  /** The metadata exactly as the IdP sent it; what was given by hand where it sends none. */
  metadata: JsonObject;
  /**
   * What MCP clients are told: the issuer that protected resource metadata names (RFC 9728 §2) and the metadata
   * that this server publishes. The IdP's own, unless no client could find its metadata there.
   */
  published: { issuer: string; metadata: JsonObject };
  /** The scopes asked of clients. */
  scopes: readonly string[];
  /** The scopes that a token must have, by the names under which the IdP can be asked for them. */
  requiredScopes: readonly string[];
  /**
   * The scopes of a list that an accepted token lacks. The long and the short name of a scope (`api://app/read`,
   * `read`) are one where the token is for this server.
   */
  missingScopes(info: Pick<AccessTokenInfo, 'scopes' | 'audience'>, required: readonly string[]): string[];
  /** What to change at this IdP when a token is refused, for the log. */
  advice: Advice;
  /** What the operator should know at start. */
  warnings: readonly string[];
  /** The client of the server's own page, where one is registered, and the variable that says it. */
  pageClient?: { id: string | undefined; variable: string } | undefined;
  /** What a person who signs in should know. */
  notes: readonly string[];
  /**
   * Judges an access token. Plugs into mcp-auth's `bearerAuth` and, as `{ verifyAccessToken }`, into the MCP
   * SDK's `requireBearerAuth`. Each caller has a bounded number of bad tokens asked about at the IdP.
   *
   * @throws {TokenRefusedError} when the token is no good, with the one check that failed.
   * @throws {VerificationUndecidedError} when the IdP cannot be asked.
   * @throws {RateLimitedError} when the caller's bad tokens are no longer asked about.
   */
  verifyAccessToken(token: string, use?: TokenUse): Promise<AccessTokenInfo>;
  /**
   * Takes a logout token of the IdP (OpenID Connect Back-Channel Logout 1.0): from then on no token of its session
   * or user that was issued before is accepted. Nothing where the IdP has none for this server.
   *
   * @throws {LogoutRefusedError} when the logout token is no good.
   * @throws {VerificationUndecidedError} when the IdP's keys can not be had.
   */
  backchannelLogout?: ((logoutToken: string) => Promise<void>) | undefined;
  /**
   * Has a function called with each logout of which the IdP tells, for what outlives a request: the tokens of its
   * user or session are then to be judged again.
   */
  onLogout(listener: (logout: Logout) => void): void;
}

/** An identity provider as data and one function. */
export interface ProviderDefinition<Schema extends EnvironmentSchema> {
  /** The value of `PROVIDER`. */
  id: string;
  /** The product's name. */
  title: string;
  /** What the names of its environment variables begin with. */
  environmentPrefix?: string;
  /** The names, without the prefix, of variables that other programs are known to read. */
  foreignVariables?: RegExp;
  environment: Schema;
  connect(values: z.output<Schema>, context: ConnectionContext): Promise<ProviderConnection>;
}

/** An identity provider that can be connected. */
export interface Provider<Schema extends EnvironmentSchema = EnvironmentSchema> {
  readonly id: string;
  readonly title: string;
  readonly environmentPrefix?: string;
  readonly environment: Schema;
  /** The provider's variables, or everything that is wrong with them; a name with its prefix that nothing reads too. */
  readEnvironment(environment: Environment): EnvironmentReading<z.output<Schema>>;
  /**
   * Reads the provider's variables and its metadata.
   *
   * @throws {ConfigurationError} that names every variable that is missing, malformed or does not work.
   */
  connect(environment: Environment, options: ConnectOptions): Promise<ProviderConnection>;
}

/** Makes a provider of its definition. */
export function defineProvider<Schema extends EnvironmentSchema>(
  definition: ProviderDefinition<Schema>,
): Provider<Schema> {
  const { connect, foreignVariables, ...data } = definition;
  const { environment: schema, environmentPrefix: prefix } = definition;
  const read = (environment: Environment): EnvironmentReading<z.output<Schema>> => {
    const reading = readEnvironment(schema, environment, prefix);
    const known = describeEnvironment(schema, prefix);
    const unknown =
      prefix === undefined ? [] : unknownVariables(environment, known, prefix, foreignVariables);
    if (unknown.length === 0) return reading;
    return { success: false, problems: [...unknown, ...(reading.success ? [] : reading.problems)] };
  };
  return {
    ...data,
    readEnvironment: read,
    connect: async (environment, options) => {
      const reading = read(environment);
      const node = readEnvironment(z.object(nodeEnvironment), environment);
      if (!reading.success || !node.success) {
        throw new ConfigurationError([reading, node].flatMap((part) => (part.success ? [] : part.problems)));
      }
      try {
        return await connect(reading.values, {
          ...options,
          production: node.values.nodeEnv,
          variable: (field) => variableName(field, prefix),
        });
      } catch (error) {
        throw error instanceof ConfigurationError ? withExamples(error, schema, prefix) : error;
      }
    },
  };
}

/** A problem that is found while connecting has the schema's example, like one of the schema's own. */
function withExamples(
  error: ConfigurationError,
  schema: EnvironmentSchema,
  prefix?: string,
): ConfigurationError {
  const examples = new Map(describeEnvironment(schema, prefix).map(({ name, example }) => [name, example]));
  const problems = error.problems.map((problem) => {
    const example = examples.get(problem.variable);
    return example === undefined ? problem : { example: `${problem.variable}=${example}`, ...problem };
  });
  return new ConfigurationError(problems, error.cause);
}
