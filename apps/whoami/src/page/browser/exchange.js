import { objectOf, parseJson, textOf } from './json.js';
import { showRequest, showResponse } from './show-exchange.js';

/** @import { Secrets } from './secrets.js' */
/** @import { Exchange } from './steps.js' */

/** The longest time that an answer is waited for, in milliseconds. */
const TIMEOUT_MS = 15_000;
/** The most of a body that is read, in bytes. */
const MAX_BODY_BYTES = 1_048_576;

/**
 * An answer, read to its end.
 *
 * @typedef {object} Answer
 * @property {number} status
 * @property {boolean} ok
 * @property {Headers} headers
 * @property {string} text
 * @property {unknown} json Nothing when the body is not JSON.
 */

/**
 * Why there is no answer: `unreachable`, `unreadable` (the server answers, but not to pages of this origin: no CORS),
 * or `late`.
 */
export class NoAnswer extends Error {
  /**
   * @param {'unreachable' | 'unreadable' | 'late'} kind
   * @param {string} url
   */
  constructor(kind, url) {
    super(`${url}: ${kind}`);
    this.name = 'NoAnswer';
    this.kind = kind;
    this.url = url;
  }
}

/**
 * Asks, and records what went over the wire with its secrets masked.
 *
 * @param {Exchange[]} record
 * @param {Secrets} secrets
 * @param {string} url
 * @param {{ method?: string, headers?: Record<string, string>, body?: string | URLSearchParams }} [request]
 * @returns {Promise<Answer>}
 * @throws {NoAnswer}
 */
export async function ask(record, secrets, url, { method = 'GET', headers = {}, body } = {}) {
  const line = `${method} ${url}`;
  const called = typeof body === 'string' ? textOf(objectOf(parseJson(body)).method) : undefined;
  const name = called === undefined ? line : `${line} (${called})`;
  /** @type {Exchange} */
  const exchange = { line: name, request: secrets.hide(showRequest(line, headers, body)), response: '' };
  record.push(exchange);
  let answered = false;
  try {
    const response = await fetch(url, {
      method,
      headers,
      body: body ?? null,
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    answered = true;
    const text = await readText(response);
    secrets.learn(text);
    exchange.line = `${name} →\u00a0${response.status}`;
    exchange.response = secrets.hide(showResponse(response, text));
    const { status, ok } = response;
    return { status, ok, headers: response.headers, text, json: jsonOf(response, text) };
  } catch (error) {
    const late = error instanceof DOMException && error.name === 'TimeoutError';
    const kind = late ? 'late' : !answered && (await answersAtAll(url)) ? 'unreadable' : 'unreachable';
    exchange.line = `${name} →\u00a0${kind === 'unreadable' ? 'unreadable\u00a0(CORS)' : 'no\u00a0answer'}`;
    exchange.response = noAnswerTexts[kind];
    throw new NoAnswer(kind, url);
  }
}

const noAnswerTexts = {
  unreadable: `The server answers, but does not allow pages of ${location.origin} to read it (CORS).`,
  unreachable: 'The connection failed.',
  late: `No answer within ${TIMEOUT_MS / 1_000} seconds.`,
};

/**
 * Whether a server is there whose answers this page may not read: such an answer is opaque, but it comes.
 *
 * @param {string} url
 */
async function answersAtAll(url) {
  try {
    await fetch(url, {
      mode: 'no-cors',
      credentials: 'omit',
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return true;
  } catch {
    return false;
  }
}

/** @param {Response} response */
async function readText(response) {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let text = '';
  for (let bytes = 0; bytes < MAX_BODY_BYTES; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.length;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text;
}

/**
 * @param {Response} response
 * @param {string} text
 */
function jsonOf(response, text) {
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return parseJson(text);
  // Streamable HTTP may answer with a stream of one message.
  const [data] = [...text.matchAll(/^data: ?(.*)$/gm)].map(([, line = '']) => line).slice(-1);
  return data === undefined ? undefined : parseJson(data);
}
