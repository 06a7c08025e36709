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
