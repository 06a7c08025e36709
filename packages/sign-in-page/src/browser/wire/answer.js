import { StepFailure } from '../step-failure.js';
import { objectOf, parseJson } from './json.js';

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
  }
}

/**
 * The JSON object of an answer, which stays unread; an empty one where it has none. Streamable HTTP may answer with a
 * stream of one message.
 *
 * @param {Response} response
 */
export async function jsonOf(response) {
  const text = await response.clone().text();
  if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
    return objectOf(parseJson(text));
  return objectOf(parseJson([...text.matchAll(/^data: ?(.*)$/gm)].at(-1)?.[1] ?? ''));
}

/**
 * Turns "no answer" into a failure with a reason; any other error stays what it is.
 *
 * @template Result
 * @param {Promise<Result>} asking
 * @param {Record<NoAnswer['kind'], [reason: string, ...advice: string[]]>} texts
 * @returns {Promise<Result>}
 */
export async function orFail(asking, texts) {
  try {
    return await asking;
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    const [reason, ...advice] = texts[error.kind];
    throw new StepFailure(reason, advice);
  }
}
