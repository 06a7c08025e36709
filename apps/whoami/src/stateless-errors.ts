import type { Request } from 'express';
import { z } from 'zod';
import { MAX_ECHO_LENGTH, shorten, shortenError } from './short-errors.ts';

const errorAnswer = z.looseObject({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string(), z.number(), z.null()]),
  error: z.looseObject({ code: z.number(), message: z.string() }),
});

/** How deep objects in objects are looked into for a text that is long. */
const MAX_DEPTH = 10;

/** An answer of SDK v2 in JSON, if it is an error. */
export function readError(json: string): z.infer<typeof errorAnswer> | undefined {
  return errorAnswer.safeParse(JSON.parse(json)).data;
}

/**
 * An error of SDK v2 as JSON, with its data. The SDK repeats what it compares, and keys that it does not know, in no
 * quotes: where any text of the request is long, each of the error is cut off.
 */
export function stringifyShort(answer: z.infer<typeof errorAnswer>, { headers, body }: Request): string {
  const repeated = [headers['mcp-protocol-version'], headers['mcp-method'], headers['mcp-name'], body];
  const short = mayHaveLongText(repeated, MAX_DEPTH) ? shorten : shortenError;
  return JSON.stringify(answer, (_, value: unknown) => (typeof value === 'string' ? short(value) : value));
}

function mayHaveLongText(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return value.length > MAX_ECHO_LENGTH;
  if (typeof value !== 'object' || value === null) return false;
  if (depth === 0) return true;
  return Object.entries(value).some(
    ([key, part]) => key.length > MAX_ECHO_LENGTH || mayHaveLongText(part, depth - 1),
  );
}
