import {
  type IdpAnswer,
  type IdpRequest,
  IdpRequestError,
  parseJson,
  requestIdp,
} from '@mcp-whoami/provider/idp';

/** What came of one request: an answer, or why there is none of use. */
export interface Probe {
  url: string;
  answer?: IdpAnswer | undefined;
  error?: IdpRequestError | undefined;
}

/** How long an answer may take, in milliseconds. */
const PROBE_TIMEOUT_MS = 4_000;
/** The largest answer that is read, in bytes. */
const MAX_PROBE_BYTES = 256 * 1024;

/** Asks, and never throws for what a network or an answer can be. */
export async function probe(url: string, request: IdpRequest = {}): Promise<Probe> {
  try {
    return {
      url,
      answer: await requestIdp(url, { timeout: PROBE_TIMEOUT_MS, maxBytes: MAX_PROBE_BYTES, ...request }),
    };
  } catch (error) {
    if (!(error instanceof IdpRequestError)) throw error;
    return { url, error };
  }
}

/** The JSON of an answer, whatever its status; `undefined` where there is none. */
export function jsonOf({ answer }: Probe): unknown {
  return answer && parseJson(answer.body);
}

/** What came of it, in words that follow the URL. */
export function outcomeOf({ url, answer, error }: Probe): string {
  return answer === undefined
    ? (error?.message ?? `${url} gives no answer`)
    : `${url} answers ${answer.status}`;
}
