import { joinedHeader, type RequestHead } from './header-lines.ts';

/**
 * What the proxies before this server say the client called it (`X-Forwarded-Host`); nothing where none is trusted.
 * A proxy puts what it was called itself behind what it was told, or in its place. Counted from the end, as many
 * values are the trusted proxies' as there are of them; what stands before is anybody's.
 *
 * @param hops how many of the proxies that the request came through are trusted.
 */
export function forwardedHost(request: RequestHead, hops: () => number): string | undefined {
  const forwarded = joinedHeader(request, 'x-forwarded-host');
  if (forwarded === undefined) return undefined;
  const trusted = hops();
  if (trusted === 0) return undefined;
  const names = forwarded.split(',').map((name) => name.trim());
  return names.at(-trusted) ?? names[0];
}
