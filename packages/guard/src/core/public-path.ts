/** The public URL of a server: that of its options, or the origin of its first resource. */
export function publicUrlOf({
  publicUrl,
  resources,
}: {
  publicUrl?: string;
  resources: readonly [string, ...string[]];
}): string {
  return publicUrl ?? new URL(resources[0]).origin;
}

/** The path of a server's public URL, without a slash at the end: '' for one at the root of its host. */
export function publicPathOf(publicUrl: string): string {
  return new URL(publicUrl).pathname.replace(/\/$/, '');
}

/**
 * Makes the function that takes the path of a public URL off the target of a request. Of the reverse proxies before
 * a server some hand that path on and some take it off: behind this, both are one. Only the very spelling of the
 * public URL is its path; what is spelled in any other way stays as it is.
 */
export function createPublicPathRemover(publicUrl: string): (target: string) => string {
  const publicPath = publicPathOf(publicUrl);
  if (publicPath === '') return (target) => target;
  return (target) => {
    // The absolute form, which a server takes too (RFC 9112 §3.2.2), has scheme and host before the path.
    const [authority] = /^(?:https?:\/\/[^/?#]*)?/i.exec(target) ?? [''];
    if (!target.startsWith(publicPath, authority.length)) return target;
    const rest = target.slice(authority.length + publicPath.length);
    if (rest.startsWith('/')) return authority + rest;
    return rest === '' || rest.startsWith('?') ? `${authority}/${rest}` : target;
  };
}
