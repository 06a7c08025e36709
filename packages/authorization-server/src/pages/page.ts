import { createHash } from 'node:crypto';
import { htmlEscape } from 'escape-goat';
import { pageStyle } from './page-style.ts';
import { visible } from './strangers-texts.ts';

/**
 * The headers of every page. There is no `form-action`: browsers apply it to the redirects after the form too, and
 * those lead to the client and wherever the client sends the browser next.
 * `Referrer-Policy: same-origin` keeps the request out of the client's logs, and `Origin` on our own form.
 * There is no `Cross-Origin-Opener-Policy` either: clients that open this page in a window wait for its answer there,
 * and would lose the window for good.
 */
export const pageHeaders = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(pageStyle).digest('base64')}'; base-uri 'none'; frame-ancestors 'none'`,
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

/**
 * A page in the design of `@mcp-whoami/sign-in-page`, without scripts. Send `pageHeaders` with it. There are styles
 * for a form, whose most likely button is `class="primary"`; `class="advice"` for a warning; `class="note"` for what
 * matters less; `<ul class="entries">` for a list of things that each have their own form.
 *
 * @param title text
 * @param mainHtml HTML, in which what others wrote is escaped (see `strong`)
 *
 * @example
 * page('Goodbye', '<h1>Goodbye</h1>\n<p>You are signed out.</p>');
 */
export function page(title: string, mainHtml: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${htmlEscape(title)}</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
${mainHtml}
</main>
</body>
</html>
`;
}

/** What went wrong, for a person; `detail` may be text from a request. */
export function errorPage(title: string, detail: string): string {
  return page(title, `<h1>${htmlEscape(title)}</h1>\n<p>${htmlEscape(visible(detail))}</p>`);
}
