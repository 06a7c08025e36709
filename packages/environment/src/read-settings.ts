import { closestMatch } from 'leven';
import { z } from 'zod';
import { ConfigurationError, type ConfigurationProblem } from './configuration-error.ts';
import { type MendedText, mendedText, slipInText } from './mended-text.ts';
import { type SettingsSchema, settingMeta, variableNames, variableOf } from './setting.ts';
import { type NameOf, optionNames, withNames } from './setting-names.ts';
import { shownUrl } from './shown-value.ts';
import { valueOfText } from './value-of-text.ts';

/** Environment variables by name, as `process.env` holds them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The values of settings, or everything that is wrong with them. */
export type Reading<Values> =
  | { success: true; values: Values }
  | { success: false; problems: ConfigurationProblem[] };

/** Whether a variable has a value: an empty one counts as one that is not set. */
export function isSet(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== '';
}

/**
 * Reads the variables of a schema. An empty variable counts as one that is not set.
 *
 * @example
 * const reading = readEnvironment(settings, process.env, 'OIDC');
 * if (!reading.success) console.error(reading.problems.map(({ setting }) => setting));
 */
export function readEnvironment<Schema extends SettingsSchema>(
  schema: Schema,
  environment: Environment,
  prefix?: string,
): Reading<z.output<Schema>> {
  const texts = Object.entries(schema.shape).flatMap(([field, fieldSchema]) => {
    const value = environment[variableOf(field, fieldSchema, prefix)];
    if (!isSet(value)) return [];
    return [{ field, fieldSchema, text: settingMeta(fieldSchema).exact ? value : value.trim() }];
  });
  const values = texts.map(({ field, fieldSchema, text }) => [field, valueOfText(fieldSchema, text)]);
  const shown = texts.map(({ field, text }) => [field, shownText(text)]);
  const nameOf = variableNames(schema, prefix);
  const reading = read(schema, Object.fromEntries(values), Object.fromEntries(shown), nameOf);
  const wrong = reading.success ? [] : reading.problems;
  const slips = texts.flatMap(({ field, fieldSchema, text }) => {
    const setting = nameOf(field);
    const slip = slipInText(field, fieldSchema, text);
    if (slip === undefined || wrong.some((problem) => problem.setting === setting)) return [];
    const expected = 'the value alone, as nothing here takes away what a shell would';
    return [{ setting, expected, found: foundText(fieldSchema, text) }];
  });
  if (reading.success && slips.length === 0) return reading;
  const mended = [...wrong, ...slips].map((problem) => {
    const of = texts.find(({ field }) => nameOf(field) === problem.setting);
    const mend = of && mendedText(of.field, of.fieldSchema, of.text);
    return of && mend ? { ...problem, ...offer(nameOf, of, mend) } : problem;
  });
  return { success: false, problems: mended };
}

/** A text that was read. */
interface ReadText {
  field: string;
  fieldSchema: z.core.$ZodType;
}

/** A secret is never repeated, and neither is what a message would not show of a URL. */
function offer(nameOf: NameOf, { field, fieldSchema }: ReadText, { text, words }: MendedText) {
  const shown = !settingMeta(fieldSchema).secret && shownUrl(text) === text;
  return { hint: `As it stands, ${words}.`, ...(shown ? { mend: nameOf(field, text) } : {}) };
}

function foundText(fieldSchema: z.core.$ZodType, text: string): string {
  return settingMeta(fieldSchema).secret ? '(a secret, not shown)' : shownText(text);
}

/**
 * {@link readEnvironment}, or an error.
 *
 * @throws {ConfigurationError} that names every wrong variable.
 * @example
 * const { port } = requireEnvironment(serverSettings, process.env);
 */
export function requireEnvironment<Schema extends SettingsSchema>(
  schema: Schema,
  environment: Environment,
  prefix?: string,
): z.output<Schema> {
  const reading = readEnvironment(schema, environment, prefix);
  if (!reading.success) throw new ConfigurationError(reading.problems);
  return reading.values;
}

/**
 * Reads typed options by the same schema. An option that nothing reads is a problem too.
 *
 * @example
 * const reading = readOptions(settings, { issuer: 'https://idp.example.com', scopes: ['openid'] });
 */
export function readOptions<Schema extends SettingsSchema>(
  schema: Schema,
  options: Readonly<Record<string, unknown>>,
): Reading<z.output<Schema>> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const shown = given.map(([field, value]) => [
    field,
    shownText(typeof value === 'object' ? JSON.stringify(value) : String(value)),
  ]);
  const nameOf = optionNames(schema);
  const reading = read(schema, Object.fromEntries(given), Object.fromEntries(shown), nameOf);
  const known = Object.keys(schema.shape);
  const names = given.map(([field]) => field).filter((field) => !known.includes(field));
  const variable = names.find((name) => /^[A-Z][A-Z\d]*(_[A-Z\d]+)*$/.test(name));
  if (variable !== undefined) return { success: false, problems: [variablesAsOptions(variable, known)] };
  const unknown = names.map((field) => ({
    setting: field,
    found: 'there is no option of this name',
    expected: `${closestMatch(field, known)}, the nearest name that there is`,
  }));
  if (unknown.length === 0) return reading;
  return { success: false, problems: [...unknown, ...(reading.success ? [] : reading.problems)] };
}

/** One problem for all of them: `process.env` has any number. */
function variablesAsOptions(variable: string, known: readonly string[]): ConfigurationProblem {
  return {
    setting: variable,
    found: 'this is the name of a variable, not of an option',
    expected: `options by their names (${known.slice(0, 3).join(', ')}, …); variables are read by connectFromEnvironment(process.env, …)`,
  };
}

/** What a rule that is broken says besides its message: an assignment that works, instead of the setting's own. */
const ruleParams = z.object({ example: z.string() });

function read<Schema extends SettingsSchema>(
  schema: Schema,
  values: Record<string, unknown>,
  shown: Record<string, string>,
  nameOf: NameOf,
): Reading<z.output<Schema>> {
  const parsed = schema.safeParse(values);
  if (parsed.success) return { success: true, values: parsed.data };
  const problems = parsed.error.issues.map((issue) => {
    const field = String(issue.path[0] ?? '');
    const fieldSchema = schema.shape[field];
    const meta = fieldSchema === undefined ? undefined : settingMeta(fieldSchema);
    const { example } = ruleParams.safeParse('params' in issue ? issue.params : undefined).data ?? {};
    const missing = values[field] === undefined && issue.code === 'invalid_type';
    return {
      setting: nameOf(field),
      expected: withNames(missing ? (meta?.description ?? issue.message) : issue.message, nameOf),
      found: shown[field] !== undefined && meta?.secret ? '(a secret, not shown)' : shown[field],
      example: example ?? (meta === undefined ? undefined : nameOf(field, meta.example)),
    };
  });
  return { success: false, problems };
}

/** Quoted where a person would not see what is wrong: white space at an end, control characters. */
function shownText(text: string): string {
  const shown = shownUrl(text);
  return /^\s|\s$|\p{C}/u.test(shown) ? JSON.stringify(shown) : shown;
}
