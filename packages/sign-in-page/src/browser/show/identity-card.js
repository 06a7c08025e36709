import { facts, mayAsk } from '../facts.js';
import { textOf } from '../wire/json.js';
import { byId, element } from './dom.js';

/** @import { JsonObject } from '../wire/json.js' */

/**
 * Shows who the server says you are.
 *
 * @param {JsonObject} claims
 */
export function showIdentity(claims) {
  const card = byId('identity', HTMLElement);
  const { signIn, tool } = facts;
  const name = signIn ? nameOf(claims) : textOf(claims.error);
  const unnamed = tool === undefined ? 'The tools of the server' : 'Somebody without a name';
  const heading = element('h3', { id: 'identity-heading', tabindex: '-1' }, name ?? unnamed);
  const rows = [
    ['Username', claims.preferred_username ?? claims.username ?? claims.login],
    ['Email', claims.email],
    ['Subject', claims.sub],
    ['Issuer', claims.iss],
  ].flatMap(([term, value]) => {
    const text = typeof value === 'number' ? String(value) : textOf(value);
    return text === undefined ? [] : [fact(String(term), text)];
  });
  card.replaceChildren(
    element('p', { class: 'stamp' }, signIn ? 'Signed in' : 'Nobody in particular'),
    element('div', { class: 'who' }, portrait(claims), heading),
    ...(rows.length === 0 ? [] : [element('dl', {}, ...rows)]),
    element(
      'details',
      { open: '' },
      element('summary', {}, signIn && tool !== undefined ? 'All claims' : 'The server’s answer'),
      element('pre', { id: 'claims' }, JSON.stringify(claims, undefined, 2)),
    ),
  );
  card.hidden = false;
  heading.focus();
}

/** Takes the card away again. */
export function hideIdentity() {
  const card = byId('identity', HTMLElement);
  card.hidden = true;
  card.replaceChildren();
}

/** @param {JsonObject} claims */
function nameOf({ name, given_name, family_name, preferred_username, login, email, sub }) {
  const parts = [textOf(given_name), textOf(family_name)].filter((part) => part !== undefined).join(' ');
  return [name, parts, preferred_username, login, email, sub].map(textOf).find((text) => text !== undefined);
}

/**
 * @param {string} term
 * @param {string} value
 */
function fact(term, value) {
  return element('div', {}, element('dt', {}, term), element('dd', {}, value));
}

/**
 * The picture, where it is one of the IdP's own or part of the claims: showing another would tell its host who is
 * here. Without the person's cookies at the IdP: a URL in a claim shall not act for somebody, as a logout would.
 * Initials otherwise.
 *
 * @param {JsonObject} claims
 */
function portrait(claims) {
  const name = nameOf(claims) ?? '';
  const initials = name
    .split(/[\s.@_-]+/)
    .filter((word) => word !== '')
    .slice(0, 2)
    .map((word) => [...word][0]?.toUpperCase())
    .join('');
  const placeholder = element('span', { class: 'portrait', 'aria-hidden': 'true' }, initials || '?');
  const source = textOf(claims.picture);
  if (source === undefined || !mayShow(source)) return placeholder;
  // `crossorigin` before `src`, which is loaded as it is set.
  const image = element('img', {
    class: 'portrait',
    crossorigin: 'anonymous',
    src: source,
    alt: '',
    width: '72',
    height: '72',
  });
  image.addEventListener('error', () => image.replaceWith(placeholder), { once: true });
  return image;
}

/** @param {string} source */
function mayShow(source) {
  if (/^data:image\//i.test(source)) return true;
  return mayAsk(URL.parse(source)?.origin ?? '');
}
