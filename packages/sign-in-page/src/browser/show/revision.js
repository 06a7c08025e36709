import { facts } from '../facts.js';
import { HANDSHAKE_REVISION, STATELESS_REVISION } from '../wire/revisions.js';
import { byId, element } from './dom.js';

/** @import { Spoken } from '../walk/open-server.js' */

/**
 * Says which revision a client of today speaks with this server, now that one has.
 *
 * @param {Spoken} spoken
 */
export function showRevision({ revision, supported }) {
  const stateless = revision === STATELESS_REVISION;
  const older = [...new Set([...facts.revisions, ...supported])].filter((other) => other < revision);
  byId('revision', HTMLElement).replaceChildren(
    'A client of today speaks ',
    element('strong', {}, `MCP ${revision}`),
    stateless
      ? ' with this server, without a handshake: so did this page.'
      : ` with this server, after a handshake: so did this page, as the server does not speak ${STATELESS_REVISION}.`,
    ...(stateless && older.length > 0 ? [' Older clients speak', ...list(older)] : []),
    !stateless && revision < HANDSHAKE_REVISION
      ? ` It answered with that when ${HANDSHAKE_REVISION} was asked for.`
      : '',
  );
}

/** @param {string[]} revisions */
function list(revisions) {
  return revisions.flatMap((revision, index) => [
    ' ',
    element('span', {}, `${revision}${index < revisions.length - 1 ? ',' : '.'}`),
  ]);
}
