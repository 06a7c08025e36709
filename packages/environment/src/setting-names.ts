import type { z } from 'zod';
import { valueOfText } from './value-of-text.ts';

/**
 * How messages name a setting: by the field of the options, or by the environment variable. With a text, as the
 * assignment of what it stands for: `audience: ["none"]`, `KEYCLOAK_AUDIENCE=none`.
 */
export type NameOf = (field: string, text?: string) => string;

/** The environment variable that holds a field: `discoveryUrl` under `OIDC` is `OIDC_DISCOVERY_URL`. */
export function variableName(field: string, prefix?: string): string {
  const name = field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  return prefix === undefined ? name : `${prefix}_${name}`;
}

/** Names settings by the fields of typed options. */
export function optionNames(schema: z.ZodObject): NameOf {
  return (field, text) => {
    if (text === undefined) return field;
    const fieldSchema = schema.shape[field];
    const value = fieldSchema === undefined ? text : valueOfText(fieldSchema, text);
    return `${field}: ${JSON.stringify(value)}`;
  };
}

/** A text with the settings named that it has in braces: `{issuer}`, or `{audience=none}` for an assignment. */
export function withNames(text: string, nameOf: NameOf): string {
  return text.replace(/\{(\w+)(?:=([^{}]*))?\}/g, (_, field: string, value?: string) => nameOf(field, value));
}
