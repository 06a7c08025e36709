import { htmlEscape } from 'escape-goat';
import { isHttpsLoopbackRedirect, isLoopbackRedirect } from '../redirect-uris.ts';

/** A client may call itself anything, at any length. */
const MAX_NAME_CHARACTERS = 80;
const MAX_TEXT_CHARACTERS = 300;

/**
 * A text of a stranger as a person can read it: without the control characters and those that change the direction of
 * text (Unicode UAX 9), which could make it read as something else, and 300 characters at most. It is text, not HTML.
 */
export function visible(text: string): string {
  return cut(text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ''), MAX_TEXT_CHARACTERS);
}

/** What a client calls itself, as `visible`, and 80 characters at most. It is text, not HTML. */
export function displayName(name: string): string {
  return cut(visible(name).trim(), MAX_NAME_CHARACTERS) || 'a program without a name';
}

/**
 * A text of anybody as emphasized HTML: `visible` and escaped.
 *
 * @example
 * strong('<b>'); // '<strong>&lt;b&gt;</strong>'
 */
export function strong(text: string): string {
  return `<strong>${htmlEscape(visible(text))}</strong>`;
}

/** Texts of anybody as HTML: each `strong`, with commas between. */
export function listed(items: readonly string[]): string {
  return items.map(strong).join(', ');
}

/**
 * How much of what a client says about itself is known, as HTML.
 *
 * @param documentUrl where its Client ID Metadata Document is, if it has one
 */
export function identification(documentUrl: string | undefined): string {
  return documentUrl === undefined
    ? 'That is what the program calls itself; nobody has checked it.'
    : `It is described by a document at ${strong(hostOf(documentUrl))}.`;
}

/** The host of a client's document, which is all that is known of who wrote it. It is text, not HTML. */
export function hostOf(url: string): string {
  return URL.parse(url)?.host || url;
}

/** Who receives the code, as HTML: the part of the redirect URI that says so, its origin or its private-use scheme. */
export function destination(redirectUri: string): string {
  const url = URL.parse(redirectUri);
  const place = strong(url?.host ? `${url.protocol}//${url.host}` : (url?.protocol ?? redirectUri));
  if (!isOnThisComputer(redirectUri)) return place;
  return /^https?:$/.test(url?.protocol ?? '')
    ? `${place}, a program on this computer`
    : `${place}, the program on this computer that opens such links`;
}

/** Whether who receives the code is a program where the browser is, which any program there can be. */
export function isOnThisComputer(redirectUri: string): boolean {
  return (
    isLoopbackRedirect(redirectUri) ||
    isHttpsLoopbackRedirect(redirectUri) ||
    URL.parse(redirectUri)?.protocol !== 'https:'
  );
}

function cut(text: string, maxCharacters: number): string {
  const characters = [...text];
  return characters.length > maxCharacters ? `${characters.slice(0, maxCharacters - 1).join('')}…` : text;
}
