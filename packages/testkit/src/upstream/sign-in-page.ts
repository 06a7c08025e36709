import type { People, UpstreamAccount } from './people.ts';
import type { Answer, Question } from './serve.ts';

/** What became of a person at the authorization endpoint. */
export type SignInStep<Account> =
  | { kind: 'page'; page: Answer }
  | { kind: 'cancelled' }
  | { kind: 'account'; account: Account };

/** A page with a button per account and Cancel, unless the stand-in knows already who signs in. */
export const signInStep = <Account extends UpstreamAccount>(
  people: People<Account>,
  { method, form }: Question,
  { title, label }: { title: string; label: (account: Account) => string },
): SignInStep<Account> => {
  if (method === 'POST' && form.has('cancel')) return { kind: 'cancelled' };
  const account = method === 'POST' ? people.find(form.get('account') ?? '') : people.signedIn();
  if (account?.disabled) return { kind: 'page', page: page(title, '<p>This account is disabled.') };
  if (account) return { kind: 'account', account };
  const buttons = people.accounts.map(
    (choice) =>
      `<p><button name="account" value="${escapeHtml(people.keyOf(choice))}">Sign in as ${escapeHtml(label(choice))}</button>`,
  );
  const cancel = '<p><button name="cancel" value="yes">Cancel</button>';
  return {
    kind: 'page',
    // Without an action the form goes to the same URL, with the whole authorization request in it.
    page: page(title, `<form method="post">${buttons.join('')}</form><form method="post">${cancel}</form>`),
  };
};

/** A page of the stand-in where the browser ends: an error that no redirect may carry (RFC 6749 §4.1.2.1). */
export const errorPage = (status: number, text: string): Answer => ({
  ...page('Error', `<p>${escapeHtml(text)}`),
  status,
});

const page = (title: string, content: string): Answer => ({
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: `<!doctype html><html lang="en"><title>${escapeHtml(title)}</title><h1>${escapeHtml(title)}</h1>${content}`,
});

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
