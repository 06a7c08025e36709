import type { AccessTokenInfo } from './access-token-info.ts';

/** What is remembered of an accepted token, and never changed. */
export interface Verdict {
  /** Without the token itself. */
  info: Readonly<Omit<AccessTokenInfo, 'token' | 'resource'>>;
  /** Whether no logout has ended it since. */
  stands(): boolean;
  /** It is not to be remembered. */
  settling: boolean;
  /** About how many bytes it takes. */
  size: number;
  /** What a call gets: its own object with its own lists and URL; the claims are frozen. */
  handOut(token: string): AccessTokenInfo;
}

export function keepVerdict(
  { token: _, resource, ...info }: AccessTokenInfo,
  { stands, settling }: Pick<Verdict, 'stands' | 'settling'>,
): Verdict {
  const size = freezeAndMeasure(info);
  const { scopes, audience } = info;
  return {
    info,
    stands,
    settling,
    size,
    handOut: (token) => {
      const own: AccessTokenInfo = { ...info, token, scopes: [...scopes], audience: [...audience] };
      return resource === undefined ? own : withUrl(own, resource.href);
    },
  };
}

/** A URL cannot be frozen, so each call has its own, made when it is looked at: few calls do, and each would pay. */
function withUrl(info: AccessTokenInfo, href: string): AccessTokenInfo {
  let url: URL | undefined;
  return Object.defineProperty(info, 'resource', {
    enumerable: true,
    configurable: true,
    get: () => {
      url ??= new URL(href);
      return url;
    },
    set: (other) => {
      url = other;
    },
  });
}

/** Bytes that a value takes beside its text, by a generous estimate. */
const BYTES_OF_A_VALUE = 32;

/** Freezes a value out of JSON with all that is in it, however deep, and says about how many bytes it takes. */
function freezeAndMeasure(value: object): number {
  let size = 0;
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    size += BYTES_OF_A_VALUE;
    if (typeof next === 'string') size += next.length * 2;
    if (typeof next !== 'object' || next === null) continue;
    Object.freeze(next);
    for (const [name, member] of Object.entries(next)) {
      size += name.length * 2;
      left.push(member);
    }
  }
  return size;
}
