import {
  destination,
  displayName,
  hostOf,
  identification,
  listed,
  page,
  strong,
} from '@mcp-whoami/authorization-server';
import { htmlEscape } from 'escape-goat';
import type { DevelopmentUser } from './users.ts';

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
export function signInPage({ document, ...request }: SignInRequest): string {
  return page(
    'Sign in',
    `<h1>Sign in to continue to ${htmlEscape(displayName(request.clientName))}</h1>
<p>${document?.isRead === false ? withoutDocument(document.url) : identification(document?.url)}</p>
<p>It asks for access to ${listed(request.resources)} with:</p>
<ul>${request.scopes.map((scope) => `<li>${htmlEscape(scope)}</li>`).join('')}</ul>
<p>Then you go back to ${destination(request.redirectUri)}.</p>
<form method="post">
${request.users.map((user) => `<button class="primary" name="choice" value="${htmlEscape(user.sub)}">Continue as ${htmlEscape(user.name)}</button>`).join('\n')}
<button name="choice" value="cancel">Cancel</button>
</form>
<p class="note">Development authorization server: anyone at this computer can sign in as anyone.</p>`,
  );
}

function withoutDocument(url: string): string {
  return `It says that a document at ${strong(hostOf(url))} describes it. <strong>The document could not be read</strong>, so nobody has checked that: continue only if you have just started this client on this computer.`;
}
