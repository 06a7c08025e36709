/** @import { NoAnswer } from './exchange.js' */

/**
 * Why the server itself does not answer, and what to do.
 *
 * @type {Record<NoAnswer['kind'], [reason: string, ...advice: string[]]>}
 */
export const serverIsGone = {
  unreachable: ['The server does not answer.', 'Is it still running? Its log says why it ended.'],
  unreadable: ['The server’s answer can not be read.', `Open the page at the server’s public address.`],
  late: ['The server does not answer in time.', 'Look into its log.'],
};
