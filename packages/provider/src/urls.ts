import { z } from 'zod';

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether a host name, as `URL.hostname` gives it, can only mean this machine. */
export function isLoopbackHost(hostname: string): boolean {
  return loopbackHosts.has(hostname) || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** An absolute http(s) URL, kept byte for byte. */
export const httpUrl = z.string().refine(
  (text) => {
    if (!URL.canParse(text)) return false;
    const { protocol, username, password } = new URL(text);
    return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
  },
  { error: 'an absolute http or https URL without a user name or password' },
);

/** An issuer identifier: a URL without query or fragment (RFC 8414 §2), kept byte for byte. */
export const issuerUrl = httpUrl.refine((text) => !/[?#]/.test(text), {
  error: 'an issuer URL without query or fragment (RFC 8414 section 2)',
});
