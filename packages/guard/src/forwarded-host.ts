import type { Request } from 'express';

/**
 * What the proxies before this server say the client called it (`X-Forwarded-Host`); nothing where the one before it
 * is not trusted by the app's setting `trust proxy`. A proxy puts what it was called itself behind what it was told,
 * or in its place. Counted from the end, as many values are the trusted proxies' as their addresses in
 * `X-Forwarded-For`; what stands before is anybody's, and `request.host` of Express takes the first.
 */
export function forwardedHost(request: Request): string | undefined {
  const { 'x-forwarded-host': forwarded } = request.headers;
  if (forwarded === undefined) return undefined;
  const trusts: (address: string | undefined, hop: number) => boolean = request.app.get('trust proxy fn');
  if (!trusts(request.socket.remoteAddress, 0)) return undefined;
  const names = String(forwarded)
    .split(',')
    .map((name) => name.trim());
  return names.at(-Math.max(1, request.ips.length)) ?? names[0];
}
