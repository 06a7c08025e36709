/**
 * The parameters of a `Bearer` challenge (RFC 6750 §3, RFC 9728 §5.1).
 *
 * @param {Headers} headers
 * @returns {Record<string, string> | undefined} nothing where there is no such challenge
 */
export function bearerChallenge(headers) {
  const challenge = headers.get('www-authenticate') ?? '';
  if (!/^bearer\b/i.test(challenge)) return undefined;
  const parameters = challenge.matchAll(/([\w-]+)="((?:[^"\\]|\\.)*)"/g);
  return Object.fromEntries(
    [...parameters].map(([, name = '', value = '']) => [name.toLowerCase(), value.replace(/\\(.)/g, '$1')]),
  );
}
