import { joinedHeader, type RequestHead } from './header-lines.ts';

/** A value of `Host` that can be shown, and pasted into a setting. */
const plainHost = /^(?:[\w.-]{1,253}|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/i;

const firstOf = (list: string | undefined) => list?.split(',')[0]?.trim() ?? '';

/**
 * The origin under which the client may have called this server, by what proxies say of it (`X-Forwarded-Host`,
 * `X-Forwarded-Proto`), else by `host`. It is only shown, to be checked by a person, and never believed. Nothing where
 * it is not a plain name.
 */
export function forwardedOrigin(request: Pick<RequestHead, 'rawHeaders'>, host: string): string | undefined {
  const forwarded = firstOf(joinedHeader(request, 'x-forwarded-host'));
  const named = plainHost.test(forwarded) ? forwarded : host;
  // Plain http is for this machine alone.
  const scheme = firstOf(joinedHeader(request, 'x-forwarded-proto')) === 'http' ? 'http' : 'https';
  return plainHost.test(named) ? URL.parse(`${scheme}://${named}`)?.origin : undefined;
}

/** The setting that makes an origin this server's own. */
export function publicUrlAssignment(origin: string, publicPath: string): string {
  return `PUBLIC_URL=${origin}${publicPath} (in your own server: the resources, under that URL)`;
}
