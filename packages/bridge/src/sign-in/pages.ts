import {
  destination,
  displayName,
  hostOf,
  identification,
  isOnThisComputer,
  listed,
  page,
  strong,
} from '@mcp-whoami/authorization-server';
import { htmlEscape } from 'escape-goat';
import type { Access } from '../grants/grants.ts';

export interface ConsentRequest {
  /** What the client calls itself. */
  clientName: string;
  /** The URL of its Client ID Metadata Document, where it has one. */
  document: string | undefined;
  redirectUri: string;
  resources: readonly string[];
  scopes: readonly string[];
  /** The IdP that comes next, for people. */
  upstream: string;
  formToken: string;
}

/** What a person is asked before their IdP hears anything. It posts `choice`, `continue` or `cancel`, and `token`. */
export function consentPage(request: ConsentRequest): string {
  const { clientName, document, redirectUri, resources, scopes, upstream, formToken } = request;
  return page(
    `Continue with ${upstream}?`,
    `<h1>${htmlEscape(displayName(clientName))} asks for access</h1>
<p>${identification(document)}</p>
<p>It wants to use ${listed(resources)} in your name, with:</p>
<ul>${scopes.map((scope) => `<li>${meaningOf(scope)}</li>`).join('')}</ul>
<p>Next you sign in with ${strong(upstream)}. Then you go back to ${destination(redirectUri)}.</p>
${isOnThisComputer(redirectUri) ? '<p class="advice">Continue only if you have just started it yourself.</p>' : '<p>Continue only if you know that address.</p>'}
<form method="post">
<input type="hidden" name="token" value="${htmlEscape(formToken)}">
<button class="primary" name="choice" value="continue">Continue with ${htmlEscape(upstream)}</button>
<button name="choice" value="cancel">Cancel</button>
</form>`,
  );
}

const meanings = new Map([
  ['openid', 'the id of your account'],
  ['profile', 'your name, user name and picture'],
  ['email', 'your e-mail address'],
  ['offline_access', 'to stay signed in, until you end that'],
]);

/** What a scope is for, as HTML; one of the server's own has only its name. */
function meaningOf(scope: string): string {
  const meaning = meanings.get(scope);
  return meaning === undefined
    ? htmlEscape(scope)
    : `${meaning} <span class="note">(${htmlEscape(scope)})</span>`;
}

/** For a person whom the IdP knows and this server does not let in. */
export function strangerPage(who: string, upstream: string, back: string): string {
  return page(
    'No access',
    `<h1>You have no access here</h1>
<p>${htmlEscape(upstream)} signed you in as ${strong(displayName(who))}, and this server is not open to that account. Ask whoever runs it, or start again with another account.</p>
<p><a href="${htmlEscape(back)}">Go back to the program that asked</a></p>`,
  );
}

/** What went wrong, with a way to try again where there is one. */
export function retryPage(title: string, detail: string, again: string | undefined): string {
  const link = again === undefined ? '' : `\n<p><a href="${htmlEscape(again)}">Try again</a></p>`;
  return page(title, `<h1>${htmlEscape(title)}</h1>\n<p>${htmlEscape(detail)}</p>${link}`);
}

/** The first page of `/sign-ins`: it posts `token`. */
export function signInsEntryPage(upstream: string, formToken: string): string {
  return page(
    'Your sign-ins',
    `<h1>Your sign-ins</h1>
<p>Here you see which programs have access to this server in your name, and can end it. First show who you are.</p>
<form method="post">
<input type="hidden" name="token" value="${htmlEscape(formToken)}">
<button class="primary">Sign in with ${htmlEscape(upstream)}</button>
</form>`,
  );
}

/** A person who is signed in on their own page. */
export interface Visitor {
  subject: string;
  /** What they know their account by. */
  name: string;
}

export interface ListedGrant extends Pick<Access, 'clientName' | 'clientId' | 'since' | 'lastUsed'> {
  grantId: string;
  formToken: string;
}

/**
 * A person's own grants; each has a form that posts `grant` and `token`. Below them is one that posts `token`, for
 * whoever else sits before this browser.
 *
 * @param upstream the IdP that says who it is
 */
export function signInsPage(
  { name, subject }: Visitor,
  upstream: string,
  grants: readonly ListedGrant[],
  enterToken: string,
): string {
  const rows = grants.map(
    ({ clientName, clientId, since, lastUsed, grantId, formToken }) => `<li>
<p>${strong(displayName(clientName))}${clientId.startsWith('https://') ? `, described by ${strong(hostOf(clientId))}` : ''}</p>
<p class="note">Since ${dateOf(since)}, last used ${dateOf(lastUsed)}</p>
<form method="post">
<input type="hidden" name="grant" value="${htmlEscape(grantId)}">
<input type="hidden" name="token" value="${htmlEscape(formToken)}">
<button aria-label="End this access: ${htmlEscape(displayName(clientName))}">End this access</button>
</form>
</li>`,
  );
  return page(
    'Your sign-ins',
    `<h1>Your sign-ins</h1>
<p>Signed in as ${strong(displayName(name))}, with ${htmlEscape(upstream)} <span class="note">(${htmlEscape(displayName(subject))})</span>.</p>
${rows.length === 0 ? '<p>No program has access to this server in your name.</p>' : `<p>These programs have access to this server in your name. One whose access you end can ask for it again.</p>\n<ul class="entries">${rows.join('\n')}</ul>`}
<form method="post">
<input type="hidden" name="token" value="${htmlEscape(enterToken)}">
<button>Sign in as somebody else</button>
</form>`,
  );
}

/** A NumericDate as a person reads it anywhere: `2026-11-25 09:30 UTC`. */
function dateOf(seconds: number): string {
  const text = new Date(seconds * 1000).toISOString();
  return `<time datetime="${text}">${text.slice(0, 16).replace('T', ' ')} UTC</time>`;
}
