import { z } from 'zod';

/** A JSON object as an identity provider sent it. */
export type JsonObject = Record<string, unknown>;

export const jsonObject = z.record(z.string(), z.unknown());

/** Parses JSON without throwing: `undefined` is not JSON, and no JSON text means `undefined`. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A path of dots into JSON: object members by name, array elements by index (`data.0.id`). */
export const jsonPathPattern = /^[^.]+(\.[^.]+)*$/;

/** The value at a path, looking at own members only; `undefined` where there is none. */
export function valueAt(document: unknown, path: string): unknown {
  let value = document;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = Reflect.get(value, name);
  }
  return value;
}

/** No claims of a user or a token are nested deeper; what walks through them may recurse. */
const MAX_LEVELS = 100;
/** Nor larger, in bytes of their JSON: they are remembered, and sent with each answer. */
const MAX_BYTES = 64 * 1024;

/** What of claims, or of an answer that has them, is more than any IdP needs; nothing when they are within the limits. */
export function excessOf(claims: unknown): string | undefined {
  let level = containersIn([claims]);
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > MAX_LEVELS) return `claims nested deeper than ${MAX_LEVELS} levels`;
    level = level.flatMap((container) => containersIn(Object.values(container)));
  }
  const size = Buffer.byteLength(JSON.stringify(claims) ?? '');
  return size > MAX_BYTES ? `claims larger than ${MAX_BYTES} bytes` : undefined;
}

function containersIn(values: unknown[]): object[] {
  return values.filter((value): value is object => typeof value === 'object' && value !== null);
}
