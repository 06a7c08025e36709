import { type HTMLElement, parse } from 'node-html-parser';
import { fill } from './form-fields.ts';
import { label, mentions, type Person } from './person.ts';

/** What a person does on a page: a form to send, or a link to follow. */
export type Action = { url: URL; method: 'GET' | 'POST'; form: URLSearchParams };

const declining = /\b(not|switch|cancel|deny|abort|decline|reject|no|back|disallow|refuse|logout)\b/i;

/** The step that brings this person forward on a page; undefined where there is none to take. */
export const chooseAction = (html: string, pageUrl: URL, person: Person): Action | undefined => {
  const page = parse(html);
  const forms = page
    .querySelectorAll('form')
    .map((form) => ({ form, button: chooseButton(page, form, person) }));
  const usable = forms.filter(({ form, button }) => button !== 'unwanted' && !isElsewhere(form));
  const chosen =
    usable.find(({ button }) => isElement(button) && mentions(button, person.username)) ??
    usable.find(({ form }) => form.querySelector('input[type=password]')) ??
    usable[0];
  if (!chosen) return followLink(page, pageUrl, person);

  const { form } = chosen;
  const button = isElement(chosen.button) ? chosen.button : undefined;
  const action = button?.getAttribute('formaction') ?? form.getAttribute('action') ?? '';
  const url = new URL(action || pageUrl.href, pageUrl);
  const filled = fill(form, person);
  const name = button?.getAttribute('name');
  if (button && name) filled.append(name, button.getAttribute('value') ?? '');
  const isPost =
    (button?.getAttribute('formmethod') ?? form.getAttribute('method'))?.toLowerCase() === 'post';
  if (!isPost) for (const [key, value] of filled) url.searchParams.append(key, value);
  return { url, method: isPost ? 'POST' : 'GET', form: filled };
};

/** The title and text of a page, for an error message. */
export const describePage = (html: string): string => {
  const page = parse(html, { blockTextElements: { script: false, style: false } });
  const title = page.querySelector('title')?.text.trim() ?? '';
  const text = (page.querySelector('body') ?? page).structuredText.replace(/\s+/g, ' ').trim();
  return `${title} | ${text.slice(0, 600)}`;
};

const isElement = (button: HTMLElement | 'unwanted' | undefined): button is HTMLElement =>
  button !== undefined && button !== 'unwanted';

const isDeclining = (button: HTMLElement): boolean =>
  declining.test(`${label(button)} ${button.getAttribute('name') ?? ''} ${button.id}`.replaceAll('_', ' '));

const chooseButton = (
  page: HTMLElement,
  form: HTMLElement,
  person: Person,
): HTMLElement | 'unwanted' | undefined => {
  const outside = form.id ? page.querySelectorAll(`[form="${form.id}"]`) : [];
  const buttons = [
    ...form.querySelectorAll('button, input[type=submit], input[type=image]'),
    ...outside,
  ].filter(
    (button) =>
      !['button', 'reset'].includes(button.getAttribute('type') ?? '') && !button.hasAttribute('disabled'),
  );
  const inviting = buttons.filter((button) => !isDeclining(button));
  const mentioned = inviting.find((button) => mentions(button, person.username));
  // A choice of which none is this person: to press any would sign in somebody else.
  const [name, ...names] = new Set(inviting.map((button) => button.getAttribute('name')));
  const isChoice = inviting.length > 1 && Boolean(name) && names.length === 0;
  if (mentioned || !isChoice)
    return mentioned ?? inviting[0] ?? (buttons.length > 0 ? 'unwanted' : undefined);
  return 'unwanted';
};

/** A language or logout form is not the way in. */
const isElsewhere = (form: HTMLElement): boolean =>
  /logout|locale|language/i.test(form.getAttribute('action') ?? '');

const followLink = (page: HTMLElement, pageUrl: URL, person: Person): Action | undefined => {
  const link = page.querySelectorAll('a[href]').find((candidate) => mentions(candidate, person.username));
  const href = link?.getAttribute('href');
  return href ? { url: new URL(href, pageUrl), method: 'GET', form: new URLSearchParams() } : undefined;
};
