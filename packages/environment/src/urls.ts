import { z } from 'zod';

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);

/** Whether a host name, as `URL.hostname` gives it, or an address can only mean this machine. */
export function isLoopbackHost(hostname: string): boolean {
  return loopbackHosts.has(hostname) || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** Whether what is sent to a URL can be read on the way: plain http to another machine (OAuth 2.1 §1.5). */
export function isPlainHttp(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !isLoopbackHost(hostname);
}

/** Whether a URL is a pattern that stands for many, as `{tenantid}` of Entra's metadata, or was never filled in. */
export function isPattern(url: string): boolean {
  return /[{}<>]|%7b|%7d/i.test(url);
}

/** An absolute http(s) URL, kept byte for byte. */
export const httpUrl = z
  .string()
  .refine((text) => !isPattern(text), {
    error: 'a URL without a pattern in it: put the value of your own instead of what stands in braces',
  })
  .refine(
    (text) => {
      // The parser drops white space and controls, which the text would keep.
      if (/[\s\p{C}]/u.test(text)) return false;
      const { protocol, username, password } = URL.parse(text) ?? {};
      return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
    },
    { error: 'an absolute http or https URL without a user name or password' },
  );
