import type { HTMLElement } from 'node-html-parser';

export type Person = {
  username: string;
  password: string;
  /** Values for further fields, by the field's name. */
  fields: Readonly<Record<string, string>>;
};

/** What a person reads on a button or an option. */
export const label = (element: HTMLElement): string =>
  [element.text, element.getAttribute('value'), element.getAttribute('aria-label')].join(' ');

/** `ada` is in "Sign in as Ada", not in "Canada". */
export const mentions = (element: HTMLElement, username: string): boolean => {
  const words = (text: string) => ` ${text.toLowerCase().replace(/[^\p{L}\p{N}@._-]+/gu, ' ')} `;
  return words(`${label(element)} ${element.getAttribute('name') ?? ''}`).includes(words(username));
};
