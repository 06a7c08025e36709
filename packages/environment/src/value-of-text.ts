import { z } from 'zod';

/**
 * The value that the text of an environment variable stands for, by the type of the field: lists take commas, spaces
 * or both; records are JSON. A text that is none of these stays a text, which the schema then refuses.
 */
export function valueOfText(schema: z.core.$ZodType, text: string): unknown {
  switch (typeOfValue(schema)) {
    case 'array':
      return text.split(/[\s,]+/).filter((entry) => entry !== '');
    case 'number':
      return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' || (text === 'false' ? false : text);
    case 'object':
    case 'record':
    case 'union':
      return parsedOr(text);
    default:
      return text;
  }
}

/** The type of what a field takes, behind its default and whatever it becomes. */
export function typeOfValue(schema: z.core.$ZodType): string {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return typeOfValue(schema.unwrap());
  if (schema instanceof z.ZodPipe) return typeOfValue(schema.in);
  return schema._zod.def.type;
}

function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
