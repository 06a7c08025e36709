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
