import { z } from 'zod';
import { type NameOf, variableName } from './setting-names.ts';

/**
 * Settings as a zod object of typed values: lists are arrays, numbers numbers, records objects. A field `audience` is
 * the option of that name, or, under the prefix `KEYCLOAK`, the variable `KEYCLOAK_AUDIENCE`. Every field says what
 * it means by {@link setting}, from which messages and documentation come.
 */
export type SettingsSchema = z.ZodObject;

/** What a field of a {@link SettingsSchema} says of itself. */
export interface SettingMeta {
  /** What it means and which values it takes. */
  description: string;
  /** A value that works, as the text of an environment variable. */
  example: string;
  /** What happens without it, where the schema's own default cannot say that. */
  defaultText?: string | undefined;
  /** The value never appears in a message. */
  secret?: boolean | undefined;
  /** White space around the text of the variable counts. */
  exact?: boolean | undefined;
  /** Its variable has no prefix: it is the server's, whichever provider reads it. */
  unprefixed?: boolean | undefined;
  /** The value is a URL to which something is sent that nobody else may read. */
  url?: boolean | undefined;
}

/**
 * Gives a field its meaning. Call it last: zod keeps metadata on the outermost schema only.
 *
 * @example
 * const settings = z.object({
 *   scopes: setting(z.array(z.string()).default([]), { description: 'the scopes to ask for', example: 'openid email' }),
 * });
 */
export function setting<Schema extends z.ZodType>(schema: Schema, meta: SettingMeta): Schema {
  return schema.meta({ ...meta });
}

const metaSchema = z.object({
  description: z.string(),
  example: z.string(),
  defaultText: z.string().optional(),
  secret: z.boolean().optional(),
  exact: z.boolean().optional(),
  unprefixed: z.boolean().optional(),
  url: z.boolean().optional(),
});

/** What a field says of itself. */
export function settingMeta(field: z.core.$ZodType): SettingMeta {
  return metaSchema.parse(z.globalRegistry.get(field));
}

/** The environment variable that holds a field of a schema. */
export function variableOf(field: string, fieldSchema: z.core.$ZodType | undefined, prefix?: string): string {
  const unprefixed = fieldSchema !== undefined && settingMeta(fieldSchema).unprefixed;
  return variableName(field, unprefixed ? undefined : prefix);
}

/** Names the settings of a schema by their environment variables. */
export function variableNames(schema: SettingsSchema, prefix?: string): NameOf {
  return (field, text) => {
    const name = variableOf(field, schema.shape[field], prefix);
    return text === undefined ? name : `${name}=${text}`;
  };
}

/**
 * A whole number in bounds; `error` says which.
 *
 * @example
 * const port = wholeNumber('a port from 0 to 65535', 0, 65_535);
 */
export function wholeNumber(error: string, least: number, most: number) {
  return z
    .number({ error })
    .refine((value) => Number.isInteger(value) && value >= least && value <= most, { error });
}

/**
 * A rule about several settings, for `.check()`: judged also when one of them is malformed. What is expected may name
 * settings in braces, `{issuer}`. `example` is an assignment that works, where the setting's own does not.
 *
 * @example
 * schema.check(crossCheck('secret', 'it, with {name}', ({ name, secret }) => !name || Boolean(secret)));
 */
export function crossCheck(
  field: string,
  expected: string,
  holds: (values: Record<string, unknown>) => boolean,
  example?: string,
) {
  return z.refine<Record<string, unknown>>(holds, {
    path: [field],
    error: expected,
    when: () => true,
    ...(example === undefined ? {} : { params: { example } }),
  });
}

/** One environment variable of a schema, for documentation. */
export interface DescribedSetting extends SettingMeta {
  name: string;
  required: boolean;
}

/**
 * Every variable of a schema with its meaning and its default, in the order of the schema.
 *
 * @example
 * for (const { name, description } of describeEnvironment(keycloak.options, 'KEYCLOAK')) console.log(name, description);
 */
export function describeEnvironment(schema: SettingsSchema, prefix?: string): DescribedSetting[] {
  return Object.entries(schema.shape).map(([field, fieldSchema]) => {
    const { url: _, unprefixed: __, ...meta } = settingMeta(fieldSchema);
    const absent = z.safeParse(fieldSchema, undefined);
    const defaultText = meta.defaultText ?? (absent.success ? textOf(absent.data) : undefined);
    return {
      name: variableOf(field, fieldSchema, prefix),
      required: !absent.success,
      ...meta,
      ...(defaultText === undefined ? {} : { defaultText }),
    };
  });
}

/** A default as a person reads it; nothing where there is none. */
function textOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.join(' ') || 'none';
  if (typeof value === 'object') return 'none';
  return String(value);
}
