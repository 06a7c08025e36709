import { parseJson, textOf } from './json.js';

/** The members of answers whose values are secrets (RFC 6749 §5.1, RFC 7591 §3.2.1). */
const SECRET_MEMBERS = [
  'access_token',
  'refresh_token',
  'id_token',
  'client_secret',
  'registration_access_token',
];

/** Such a member of a form, or of JSON that is cut off. */
const SECRET_MEMBER = new RegExp(`\\b(?:${SECRET_MEMBERS.join('|')})(?:"\\s*:\\s*"|=)([^"&\\s]+)`, 'g');

/** How many characters of each end stay readable, and the least length at which any do. */
const SHOWN_CHARACTERS = 4;
const LEAST_LENGTH_TO_SHOW = 20;

/**
 * A secret that can be told from another, and not used.
 *
 * @param {string} secret
 */
export function masked(secret) {
  const length = `(${secret.length} characters, masked)`;
  if (secret.length < LEAST_LENGTH_TO_SHOW) return `… ${length}`;
  return `${secret.slice(0, SHOWN_CHARACTERS)}…${secret.slice(-SHOWN_CHARACTERS)} ${length}`;
}

/**
 * Knows the secrets of one walk, and takes them out of every text that is shown.
 *
 * @typedef {ReturnType<typeof createSecrets>} Secrets
 */
export function createSecrets() {
  /** @type {Set<string>} */
  const known = new Set();
  /** @param {string | null | undefined} secret */
  const add = (secret) => {
    if (!secret) return;
    known.add(secret);
    // As it stands in JSON.
    known.add(JSON.stringify(secret).slice(1, -1));
  };
  return {
    add,
    /**
     * Learns the secrets of an answer: of JSON, of a form, which some token endpoints send, and of what is neither.
     *
     * @param {string} body
     */
    learn: (body) => {
      for (const [, secret] of body.matchAll(SECRET_MEMBER)) add(secret);
      // Read anew, as texts in JSON are shown decoded.
      JSON.stringify(parseJson(body), (name, value) => {
        if (SECRET_MEMBERS.includes(name)) add(textOf(value));
        return value;
      });
    },
    /**
     * @param {string} text
     * @returns {string} the text with every known secret masked
     */
    hide: (text) =>
      [...known]
        .sort((one, other) => other.length - one.length)
        .reduce((hidden, secret) => hidden.replaceAll(secret, masked(secret)), text),
  };
}
