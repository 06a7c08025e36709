import { createHash } from 'node:crypto';
import { htmlEscape } from 'escape-goat';
import { isLoopbackRedirect } from './redirect-uris.ts';
import type { DevelopmentUser } from './users.ts';

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0; }
main { max-width: 26rem; margin: 0 auto; padding: 2rem 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; line-height: 1.2; }
button { display: block; width: 100%; margin: .75rem 0; padding: .75rem; font: inherit; cursor: pointer; }
small { display: block; margin-top: 2rem; }
`;

/**
 * For every page. There is no `form-action`: browsers apply it to the redirects after the form too, and those lead
 * to the client and wherever the client sends the browser next.
 * `Referrer-Policy: same-origin` keeps the request out of the client's logs, and `Origin` on our own form.
 * There is no `Cross-Origin-Opener-Policy` either: clients that open this page in a window wait for its answer there,
 * and would lose the window for good.
 */
export const pageHeaders = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; frame-ancestors 'none'`,
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

/** A client may call itself anything, at any length. */
const MAX_CLIENT_NAME_CHARACTERS = 80;

export type SignInRequest = {
  /** What the client calls itself. */
  readonly clientName: string;
  /** Where the client's Client ID Metadata Document is, if it has one, and whether it could be read. */
  readonly document?: { readonly url: string; readonly isRead: boolean };
  readonly redirectUri: string;
  readonly resources: readonly string[];
  readonly scopes: readonly string[];
  readonly users: readonly DevelopmentUser[];
};

/** The one page of a sign-in: choosing a user also consents. It posts `choice`, a user's `sub` or `cancel`. */
export function signInPage(request: SignInRequest): string {
  return page(
    'Sign in',
    `<h1>Sign in to continue to ${htmlEscape(displayName(request.clientName))}</h1>
<p>${identification(request.document)}</p>
<p>It asks for access to ${listed(request.resources)} with:</p>
<ul>${request.scopes.map((scope) => `<li>${htmlEscape(scope)}</li>`).join('')}</ul>
<p>Then you go back to ${destination(request.redirectUri)}.</p>
<form method="post">
${request.users.map((user) => `<button name="choice" value="${htmlEscape(user.sub)}">Continue as ${htmlEscape(user.name)}</button>`).join('\n')}
<button name="choice" value="cancel">Cancel</button>
</form>
<small>Development authorization server: anyone at this computer can sign in as anyone.</small>`,
  );
}

/** What went wrong, for a person; `detail` may be text from a request. */
export function errorPage(title: string, detail: string): string {
  return page(title, `<h1>${htmlEscape(title)}</h1>\n<p>${htmlEscape(visible(detail))}</p>`);
}

function page(title: string, main: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${htmlEscape(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`;
}

/** How much of what the client says about itself is known. */
function identification(document: SignInRequest['document']): string {
  if (!document) return 'That is what the client calls itself; nobody has checked it.';
  const host = strong(URL.parse(document.url)?.host ?? document.url);
  return document.isRead
    ? `It is described by a document at ${host}.`
    : `It says that a document at ${host} describes it. <strong>The document could not be read</strong>, so nobody has checked that: continue only if you have just started this client on this computer.`;
}

/** Who receives the code, by the part of the redirect URI that says so: its origin, or a private-use scheme. */
function destination(redirectUri: string): string {
  const url = URL.parse(redirectUri);
  const place = strong(url?.host ? `${url.protocol}//${url.host}` : (url?.protocol ?? redirectUri));
  if (isLoopbackRedirect(redirectUri)) return `${place}, a program on this computer`;
  return url?.protocol === 'https:' ? place : `${place}, the program on this computer that opens such links`;
}

/** Control characters and those that change the direction of text could make a name read as something else. */
function displayName(name: string): string {
  return [...visible(name)].slice(0, MAX_CLIENT_NAME_CHARACTERS).join('');
}

function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '');
}

function strong(text: string): string {
  return `<strong>${htmlEscape(text)}</strong>`;
}

function listed(items: readonly string[]): string {
  return items.map(strong).join(', ');
}
