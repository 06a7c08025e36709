/** When the public issuer cannot be reached from here, its endpoints are reached as its metadata was. */
export function reachableUrl(url: string, issuer: string, discoveryUrl: string | undefined): string {
  const target = new URL(url);
  if (discoveryUrl === undefined || target.origin !== new URL(issuer).origin) return url;
  return `${new URL(discoveryUrl).origin}${target.pathname}${target.search}`;
}
