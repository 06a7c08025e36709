import { NoAnswer } from './answer.js';
import { objectOf, parseJson, textOf } from './json.js';
import { showRequest, showResponse } from './show-exchange.js';

/** @import { Secrets } from './secrets.js' */
/** @import { Step } from '../walk/steps.js' */

/** The longest time that an answer is waited for, in milliseconds. */
const TIMEOUT_MS = 15_000;
/** The most of a body that is read, in bytes. */
const MAX_BODY_BYTES = 1_048_576;

/** @typedef {{ method?: string, headers?: Record<string, string>, body?: string | URLSearchParams | undefined }} AskOptions */
/** @typedef {(url: string, request?: AskOptions) => Promise<Response>} Ask */

/**
 * Makes a `fetch` that records at a step what goes over the wire, with its secrets masked. It gives an answer that is
 * read to its end, and throws {@link NoAnswer} where there is none.
 *
 * @param {Step} step
 * @param {Secrets} secrets
 * @returns {Ask}
 */
export function recordingFetch({ exchanges }, secrets) {
  return async (url, { method = 'GET', headers = {}, body } = {}) => {
    const line = `${method} ${url}`;
    const called = typeof body === 'string' ? textOf(objectOf(parseJson(body)).method) : undefined;
    const name = called === undefined ? line : `${line} (${called})`;
    const exchange = { line: name, request: secrets.hide(showRequest(line, headers, body)), response: '' };
    exchanges.push(exchange);
    let answered = false;
    try {
      // Redirects are followed, as clients outside a browser do.
      const response = await fetch(url, {
        ...strangers,
        method,
        headers,
        body: body ?? null,
        signal: soon(),
      });
      answered = true;
      const text = await readText(response);
      secrets.learn(text);
      exchange.line = `${name} →\u00a0${response.status}`;
      exchange.response = secrets.hide(showResponse(response, text));
      return new Response(text || null, response);
    } catch (error) {
      const late = error instanceof DOMException && error.name === 'TimeoutError';
      const kind = late ? 'late' : !answered && (await answersAtAll(url)) ? 'unreadable' : 'unreachable';
      exchange.line = `${name} →\u00a0${kind === 'unreadable' ? 'unreadable\u00a0(CORS)' : 'no\u00a0answer'}`;
      exchange.response = noAnswerTexts[kind];
      throw new NoAnswer(kind, url);
    }
  };
}

/** @type {RequestInit} */
const strangers = { credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer' };

const soon = () => AbortSignal.timeout(TIMEOUT_MS);

const noAnswerTexts = {
  unreadable: 'The server answers, but does not allow pages of this origin to read it (CORS).',
  unreachable: 'The connection failed.',
  late: `No answer within ${TIMEOUT_MS / 1_000} seconds.`,
};

/**
 * Whether a server is there whose answers this page may not read: such an answer is opaque, but it comes.
 *
 * @param {string} url
 */
function answersAtAll(url) {
  return fetch(url, { ...strangers, mode: 'no-cors', signal: soon() }).then(
    () => true,
    () => false,
  );
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
