import type { HTMLElement } from 'node-html-parser';
import { mentions, type Person } from './person.ts';

const asksForUser = /user|login|e-?mail|account|identifier/i;

/** The fields of a form as this person fills them in (HTML §4.10.22.4), its buttons left out. */
export const fill = (form: HTMLElement, person: Person): URLSearchParams => {
  const filled = new URLSearchParams();
  for (const field of form.querySelectorAll('input, textarea, select')) {
    const name = field.getAttribute('name');
    if (!name || field.hasAttribute('disabled')) continue;
    const value = person.fields[name] ?? valueFor(form, field, person);
    if (value !== undefined) filled.append(name, value);
  }
  return filled;
};

const valueFor = (form: HTMLElement, field: HTMLElement, person: Person): string | undefined => {
  const given = field.getAttribute('value');
  const type = field.tagName === 'SELECT' ? 'select' : (field.getAttribute('type') ?? 'text').toLowerCase();
  switch (type) {
    case 'submit':
    case 'image':
    case 'button':
    case 'reset':
    case 'file':
      return undefined;
    case 'hidden':
      return given ?? '';
    case 'password':
      return person.password;
    case 'checkbox':
      return field.hasAttribute('checked') || field.hasAttribute('required') ? (given ?? 'on') : undefined;
    case 'radio':
      return isChosenRadio(form, field, person) ? (given ?? 'on') : undefined;
    case 'select':
      return chooseOption(field, person);
    default:
      return asksForUser.test(`${descriptionOf(field)} ${type}`) || (!given && field.hasAttribute('required'))
        ? person.username
        : (given ?? field.text);
  }
};

const descriptionOf = (field: HTMLElement): string =>
  ['name', 'id', 'autocomplete', 'placeholder']
    .map((attribute) => field.getAttribute(attribute) ?? '')
    .join(' ');

const isChosenRadio = (form: HTMLElement, field: HTMLElement, person: Person): boolean => {
  const group = form
    .querySelectorAll('input[type=radio]')
    .filter((radio) => radio.getAttribute('name') === field.getAttribute('name'));
  const describes = (radio: HTMLElement) =>
    mentions(radio, person.username) ||
    form
      .querySelectorAll('label')
      .some((text) => text.getAttribute('for') === radio.id && mentions(text, person.username));
  const chosen = group.find(describes) ?? group.find((radio) => radio.hasAttribute('checked')) ?? group[0];
  return chosen === field;
};

const chooseOption = (field: HTMLElement, person: Person): string | undefined => {
  const options = field.querySelectorAll('option');
  const chosen =
    options.find((option) => mentions(option, person.username)) ??
    options.find((option) => option.hasAttribute('selected')) ??
    options[0];
  return chosen && (chosen.getAttribute('value') ?? chosen.text);
};
