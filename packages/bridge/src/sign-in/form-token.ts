import { createHmac, timingSafeEqual } from 'node:crypto';

/** Tokens of forms: a MAC of what a form is about, which only a page that was given out has. */
export interface FormTokens {
  tokenOf(...about: string[]): string;
  isTokenOf(token: string | null, ...about: string[]): boolean;
}

export function createFormTokens(key: Buffer): FormTokens {
  const macOf = (about: string[]) => createHmac('sha256', key).update(JSON.stringify(about)).digest();
  return {
    tokenOf: (...about) => macOf(about).toString('base64url'),
    isTokenOf: (token, ...about) => {
      const given = Buffer.from(token ?? '', 'base64url');
      const expected = macOf(about);
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}
