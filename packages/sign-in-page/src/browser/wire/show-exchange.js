import { parseJson } from './json.js';

/** The most of a body that is shown, in characters. */
const MAX_SHOWN_CHARACTERS = 20_000;

/** The headers of an answer that mean something here; a page sees others' only where they allow it. */
const SHOWN_HEADERS = ['content-type', 'www-authenticate', 'retry-after', 'mcp-session-id', 'location'];

/**
 * @param {string} line
 * @param {Record<string, string>} headers
 * @param {string | URLSearchParams | undefined} body
 */
export function showRequest(line, headers, body) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [line, ...lines, ...(body === undefined ? [] : ['', showBody(body)])].join('\n');
}

/**
 * @param {Response} response
 * @param {string} text
 */
export function showResponse({ status, statusText, headers }, text) {
  const lines = SHOWN_HEADERS.filter((name) => headers.has(name)).map(
    (name) => `${name}: ${headers.get(name)}`,
  );
  return [`${status} ${statusText}`.trim(), ...lines, ...(text === '' ? [] : ['', showBody(text)])].join(
    '\n',
  );
}

/** @param {string | URLSearchParams} body */
function showBody(body) {
  if (body instanceof URLSearchParams) return showParameters(body);
  const json = parseJson(body);
  const text = json === undefined ? body : JSON.stringify(json, undefined, 2);
  return text.length <= MAX_SHOWN_CHARACTERS ? text : `${text.slice(0, MAX_SHOWN_CHARACTERS)}\n… and more`;
}

/**
 * Parameters of a form or a query, one a line, decoded.
 *
 * @param {URLSearchParams} parameters
 */
export function showParameters(parameters) {
  return [...parameters].map(([name, value]) => `${name} = ${value}`).join('\n');
}
