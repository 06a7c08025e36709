import type { Caller } from '../token/access-token-info.ts';

/** The networks that a caller is in, the narrowest first. Those whom nothing tells apart are one caller, `''`. */
export function networksOf(caller: Caller | undefined): readonly [string, ...string[]] {
  const [narrowest = '', ...wider] = typeof caller === 'string' ? [caller] : (caller ?? []);
  return [narrowest, ...wider];
}
