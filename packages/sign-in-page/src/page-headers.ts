/**
 * The headers of the page. Its scripts and styles are files of this server, and it may ask this server and the IdP
 * and nobody else. There is no form that leaves the page, and no place for HTML made by a script.
 */
export function pageHeaders(idpOrigins: readonly string[]): Record<string, string> {
  const idp = idpOrigins.map((origin) => ` ${origin}`).join('');
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src 'self'${idp}`,
    `img-src 'self' data:${idp}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ];
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policy.join('; '),
    'Cache-Control': 'no-store',
    // No page that opens this one, or that this one opens, has hold of its window.
    'Cross-Origin-Opener-Policy': 'same-origin',
    ...commonHeaders,
  };
}

/** For the page and for the files that belong to it. */
export const commonHeaders = {
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;
