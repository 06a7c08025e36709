import { facts, redirectUri } from '../facts.js';

/** @import { NoAnswer } from '../wire/answer.js' */

const variable = facts.pageClient?.variable;

/** How a client is had where none can be registered from here. */
export const ownClientAdvice = [
  `Register a public client (no secret, PKCE with S256) at the identity provider, with the redirect URI ${redirectUri} and the web origin ${location.origin}, and enter its client id below.`,
  ...(variable === undefined
    ? []
    : [
        `To keep it for everybody who opens this page, set ${variable} to that client id and restart the server.`,
      ]),
];

/**
 * Why the server itself does not answer, and what to do.
 *
 * @type {Record<NoAnswer['kind'], [reason: string, ...advice: string[]]>}
 */
export const serverIsGone = {
  unreachable: ['The server does not answer.', 'Is it still running? Its log says why it ended.'],
  unreadable: ['The server’s answer cannot be read.', 'Open the page at the server’s public address.'],
  late: ['The server does not answer in time.', 'Look into its log.'],
};

/** What else is told where a browser is the trouble, and no MCP client outside of one has it. */
export const onlyPagesAdvice =
  'This concerns clients that run in a web page, such as this one. MCP clients outside a browser are not stopped by it.';

/**
 * What a server of any kind is told to mend after a status that is not an answer of OAuth's.
 *
 * @param {number} status
 */
export function statusAdvice(status) {
  if (status === 429) return 'It has had too many requests: wait, and try again.';
  if (status >= 500) return 'The fault is at the identity provider: look into its log, or try again later.';
  return 'Look into the identity provider’s log.';
}
