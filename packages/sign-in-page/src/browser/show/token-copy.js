import { facts } from '../facts.js';
import { callRequest, initializeRequest } from '../wire/mcp.js';
import { STATELESS_REVISION } from '../wire/revisions.js';
import { announce, element } from './dom.js';

const warning =
  'Whoever has this token can call this server as you until it expires. Paste it into a terminal of your own, never into a chat, a ticket or a screenshot. It is copied once, and is then gone from this page.';
const copied = 'The token is in the clipboard, and this page has it no more. In bash or zsh:';
const notCopied =
  'The browser does not let this page copy, so nothing was copied and the token stays masked. Allow this page the clipboard, and press the button again.';

/**
 * Offers a token for use with curl: copied once, after a warning, and never shown.
 *
 * @param {string} token
 * @param {string} [revision] What the server speaks.
 */
export function offerToken(token, revision = STATELESS_REVISION) {
  const box = element('div', { id: 'token-copy', class: 'token-copy' });
  const ask = element('button', { type: 'button' }, 'Copy the token for curl');
  ask.addEventListener(
    'click',
    () => {
      const copy = element(
        'button',
        { type: 'button', 'aria-describedby': 'token-warning' },
        'Copy it, once',
      );
      const status = element('p', { role: 'status' });
      copy.addEventListener('click', async () => {
        copy.disabled = true;
        if (await copyText(token)) {
          const told = element('p', { tabindex: '-1' }, copied);
          box.replaceChildren(told, snippet(curlCommand(revision)));
          told.focus();
          announce(copied);
        } else {
          copy.disabled = false;
          copy.focus();
          status.textContent = notCopied;
        }
      });
      box.replaceChildren(element('p', { id: 'token-warning' }, warning), element('p', {}, copy), status);
      copy.focus();
    },
    { once: true },
  );
  box.append(element('p', {}, ask));
  document.querySelector('#step-token > .summary')?.after(box);
}

/**
 * @param {string} text
 * @returns {Promise<boolean>} whether it is in the clipboard
 */
async function copyText(text) {
  try {
    // Only https and loopback pages have a clipboard.
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} command */
function snippet(command) {
  return element(
    'div',
    { class: 'snippet' },
    element('pre', { tabindex: '0' }, element('code', {}, command)),
    element(
      'button',
      { type: 'button', class: 'copy', 'data-copy': command },
      element('span', {}, 'Copy'),
      element('span', { class: 'visually-hidden' }, ' (curl command)'),
    ),
  );
}

/**
 * The request with which a client of today would begin, without the token: the shell asks for that, and does not keep
 * it in its history.
 *
 * @param {string} revision
 */
function curlCommand(revision) {
  const { headers, body } =
    revision === STATELESS_REVISION ? callRequest(revision, {}) : initializeRequest({});
  const lines = [
    `curl -i ${quoted(facts.mcp)}`,
    '-H "Authorization: Bearer $TOKEN"',
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    `-d ${quoted(body)}`,
  ];
  return `read -rs TOKEN   # paste it, press Enter\n${lines.join(' \\\n  ')}`;
}

/** @param {string} text */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
