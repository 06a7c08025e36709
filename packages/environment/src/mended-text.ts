import { closestMatch } from 'leven';
import { z } from 'zod';
import { cleanText } from './slips.ts';
import { isPattern } from './urls.ts';
import { typeOfValue, valueOfText } from './value-of-text.ts';

/** What a value was probably meant to be, in words and as the text of its variable. */
export interface MendedText {
  text: string;
  /** What is wrong with the value as it stands. */
  words: string;
}

/**
 * What the text of a variable was probably meant to be; nothing where no such text is one that its schema takes.
 * It is only offered: nothing is ever read otherwise than it stands.
 */
export function mendedText(field: string, schema: z.core.$ZodType, text: string): MendedText | undefined {
  const { text: clean, removed } = cleanText(text);
  const fits = (candidate: string) => z.safeParse(schema, valueOfText(schema, candidate)).success;
  const taken = (candidate: string) => candidate !== '' && candidate !== text && fits(candidate);
  // What is wrong is something else.
  if (removed.length === 0 && !isJsonList(schema, text) && fits(text)) return undefined;
  const without = removed.length === 0 ? [] : [`it has ${removed.join(', and ')}`];
  if (removed.length > 0 && taken(clean)) return { text: clean, words: without.join() };
  for (const { text: candidate, words } of candidatesFor(field, schema, clean)) {
    if (taken(candidate)) return { text: candidate, words: [...without, words].join(', and ') };
  }
  return undefined;
}

/**
 * What is wrong with a text though its schema takes it: a list or a name with quotes in it would be another list or
 * name than was meant, without a word.
 */
export function slipInText(field: string, schema: z.core.$ZodType, text: string): MendedText | undefined {
  const type = typeOfValue(schema);
  const quoted = /^(["'`]).+\1[,;]?$|^[“„”«‘].*[”“»’][,;]?$/s.test(text);
  const assigned = /^(?:export\s+|set\s+|\$env:)[A-Z][A-Z\d_]*\s*=/.test(text);
  const wrong = quoted || assigned || isJsonList(schema, text);
  if (type === 'record' || type === 'union' || !wrong) return undefined;
  return mendedText(field, schema, text);
}

function isJsonList(schema: z.core.$ZodType, text: string): boolean {
  return typeOfValue(schema) === 'array' && /^\[.*\]$/s.test(text);
}

function candidatesFor(field: string, schema: z.core.$ZodType, text: string): MendedText[] {
  switch (typeOfValue(schema)) {
    case 'boolean':
      return booleans(text);
    case 'number':
      return numbers(field, text);
    case 'array':
      return lists(text);
    case 'enum':
      return names(schema, text);
    case 'string':
      return addresses(text);
    default:
      return [];
  }
}

function booleans(text: string): MendedText[] {
  const words = 'it is not one of these two words';
  if (/^(1|y|yes|on|t|true|enabled?)$/i.test(text)) return [{ text: 'true', words }];
  return /^(0|n|no|off|f|false|disabled?)$/i.test(text) ? [{ text: 'false', words }] : [];
}

/** Seconds of each unit. */
const units = { s: 1, m: 60, h: 3_600, d: 86_400 };

function numbers(field: string, text: string): MendedText[] {
  const [, amount = '', unit = ''] = /^(\d+)\s*(s|m|h|d)[a-z]*\.?$/i.exec(text) ?? [];
  const seconds = Object.entries(units).find(([name]) => name === unit.toLowerCase())?.[1];
  const ofTime = /seconds$|lifetime$/i.test(field) && seconds !== undefined && !/^\d+\s*ms/i.test(text);
  return [
    ...(ofTime
      ? [{ text: String(Number(amount) * seconds), words: 'it has a unit, and the number is of seconds' }]
      : []),
    ...(/^true$/i.test(text) ? [{ text: '1', words: 'it is no number' }] : []),
    { text: text.replace(/(?<=\d)[_,' ](?=\d{3}\b)/g, ''), words: 'it has separators in it' },
    ...[/:(\d+)\/?$/, /^(\d+)(?:\/(?:tcp|udp)|\s*[a-z]+)$/i].map((pattern) => ({
      text: /^\d+\s*m?s$/i.test(text) ? '' : (pattern.exec(text)?.[1] ?? ''),
      words: 'it is more than a number',
    })),
  ];
}

function lists(text: string): MendedText[] {
  const entries = text
    .replace(/[[\]"'`“”„‘’]/g, ' ')
    .split(/[\s,;|]+/)
    .filter((entry) => entry !== '');
  const mapped = (change: (entry: string) => string) => entries.map(change).join(',');
  return [
    { text: entries.join(','), words: 'a list is not JSON here' },
    {
      text: mapped((entry) => URL.parse(entry)?.host || entry.replace(/[/?#].*$/, '')),
      words: 'an entry has more than a host',
    },
    {
      text: mapped((entry) => withScheme(entry)?.origin ?? entry),
      words: 'an entry is not as a browser sends its origin',
    },
  ];
}

function names(schema: z.core.$ZodType, text: string): MendedText[] {
  const known = enumValues(schema);
  const lower = text.toLowerCase().replace(/[\s_]+/g, '-');
  const same = known.find(
    (name) => name.toLowerCase() === lower || name.toLowerCase() === text.toLowerCase(),
  );
  const longer =
    lower.length < 3 ? [] : known.filter((name) => name.startsWith(lower) || lower.startsWith(name));
  const near = closestMatch(lower, known, { maxDistance: lower.length < 5 ? 1 : 2 });
  const words = 'it is spelled otherwise';
  return [same, longer.length === 1 ? longer[0] : undefined, near].flatMap((name) =>
    name === undefined ? [] : [{ text: name, words }],
  );
}

function enumValues(schema: z.core.$ZodType): string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return enumValues(schema.unwrap());
  return schema instanceof z.ZodEnum ? schema.options.map(String) : [];
}

function addresses(text: string): MendedText[] {
  const joined = text.replace(/\s+/g, '');
  const url = withScheme(joined);
  // What stands in braces is for a person to fill in.
  if (url === undefined || isPattern(text)) return [];
  const { origin, pathname } = url;
  const path = pathname.replace(/\/$/, '');
  const scheme = /^https?:\/\//.test(text) ? undefined : 'it has no https:// before it';
  const words = (more: string) => [scheme, more].filter((part) => part !== undefined).join(', and ');
  return [
    { text: `${origin}${path}`, words: scheme ?? 'it is not written as a URL is' },
    { text: `${origin}${path.replace(/\/[^/]*$/, '')}`, words: words('its path is one step too long') },
    { text: origin, words: words('it has a path') },
  ];
}

/** A bare domain is reached by https, this machine by http. */
export function withScheme(text: string): URL | undefined {
  const repaired = text.replace(/^(https?)(?::\/?|\/\/|:\\\\)(?=[^/\\])/i, '$1://');
  const scheme = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(?=[:/]|$)/i.test(repaired) ? 'http' : 'https';
  const bare = /^(?:[\w-]+(?:\.[\w-]+)+|localhost|\[::1\]|[\w-]+(?=:\d))(?::\d+)?(?:[/?#]|$)/i;
  const address = bare.test(repaired) ? `${scheme}://${repaired}` : repaired;
  const url = URL.parse(address);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
    ? url
    : undefined;
}
