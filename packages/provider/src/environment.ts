import { z } from 'zod';
import { ConfigurationError, type ConfigurationProblem } from './errors.ts';
import { shownUrl } from './shown-value.ts';

/** Environment variables by name, as `process.env` holds them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The schema of a part of the environment: one field a variable, in camelCase; `audience` under the prefix
 * `KEYCLOAK` is the variable `KEYCLOAK_AUDIENCE`. Every field says what it means with `.meta()`, from which
 * error messages and documentation come.
 */
export type EnvironmentSchema = z.ZodObject;

/** What `.meta()` of a field of an {@link EnvironmentSchema} says. */
export interface VariableMeta {
  /** What the variable means and which values it takes. */
  description: string;
  /** A value that works. */
  example: string;
  /** What stands in the documentation as the default; the schema's own default otherwise. */
  defaultText?: string | undefined;
  /** The value never appears in a message. */
  secret?: boolean | undefined;
  /** White space around the value counts. */
  exact?: boolean | undefined;
}

/** Marks a schema as an environment variable. Call it last: zod keeps metadata on the outermost schema only. */
export function variable<Schema extends z.ZodType>(schema: Schema, meta: VariableMeta): Schema {
  return schema.meta({ ...meta });
}

const variableMeta = z.object({
  description: z.string(),
  example: z.string(),
  defaultText: z.string().optional(),
  secret: z.boolean().optional(),
  exact: z.boolean().optional(),
});

/** What a rule that is broken says besides its message: an assignment that works, in place of the variable's own. */
const ruleParams = z.object({ example: z.string() });

/** The environment variable that holds a field: `discoveryUrl` under `OIDC` is `OIDC_DISCOVERY_URL`. */
export function variableName(field: string, prefix?: string): string {
  const name = field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  return prefix === undefined ? name : `${prefix}_${name}`;
}

/** One environment variable of a schema, for documentation. */
export interface DescribedVariable extends VariableMeta {
  name: string;
  required: boolean;
}

/** Every variable of a schema with its meaning, in the order of the schema. */
export function describeEnvironment(schema: EnvironmentSchema, prefix?: string): DescribedVariable[] {
  return Object.entries(schema.shape).map(([field, fieldSchema]) => {
    const { description, example, ...rest } = variableMeta.parse(z.globalRegistry.get(fieldSchema));
    const absent = z.safeParse(fieldSchema, undefined);
    return { name: variableName(field, prefix), required: !absent.success, description, example, ...rest };
  });
}

/** The values of an environment, or everything that is wrong with it. */
export type EnvironmentReading<Values> =
  | { success: true; values: Values }
  | { success: false; problems: ConfigurationProblem[] };

/** Reads the variables of a schema. An empty variable counts as one that is not set. */
export function readEnvironment<Schema extends EnvironmentSchema>(
  schema: Schema,
  environment: Environment,
  prefix?: string,
): EnvironmentReading<z.output<Schema>> {
  const described = new Map(describeEnvironment(schema, prefix).map((entry) => [entry.name, entry]));
  const raw = Object.fromEntries(
    Object.keys(schema.shape).flatMap((field) => {
      const name = variableName(field, prefix);
      const value = environment[name];
      if (!isSet(value)) return [];
      return [[field, described.get(name)?.exact ? value : value.trim()]];
    }),
  );
  const parsed = schema.safeParse(raw);
  if (parsed.success) return { success: true, values: parsed.data };

  const problems = parsed.error.issues.map((issue) => {
    const field = String(issue.path[0] ?? '');
    const name = variableName(field, prefix);
    const meta = described.get(name);
    const { example } = ruleParams.safeParse('params' in issue ? issue.params : undefined).data ?? {};
    return {
      variable: name,
      expected: issue.code === 'invalid_type' ? (meta?.description ?? issue.message) : issue.message,
      found: shownValue(raw[field], meta?.secret),
      example: example ?? (meta === undefined ? undefined : `${name}=${meta.example}`),
    };
  });
  return { success: false, problems };
}

/** Whether a variable has a value: an empty one counts as one that is not set. */
export function isSet(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== '';
}

function shownValue(value: string | undefined, secret = false): string | undefined {
  if (value === undefined) return undefined;
  if (secret) return '(a secret, not shown)';
  const shown = shownUrl(value);
  // Quoted where a person would not see what is wrong: white space at an end, control characters.
  return /^\s|\s$|\p{C}/u.test(shown) ? JSON.stringify(shown) : shown;
}

/** {@link readEnvironment}, or a {@link ConfigurationError} that names every wrong variable. */
export function requireEnvironment<Schema extends EnvironmentSchema>(
  schema: Schema,
  environment: Environment,
  prefix?: string,
): z.output<Schema> {
  const reading = readEnvironment(schema, environment, prefix);
  if (!reading.success) throw new ConfigurationError(reading.problems);
  return reading.values;
}
