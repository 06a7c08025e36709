import { get, type OutgoingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';

/** A GET with exactly these headers: `fetch` has its own `Host` and `Sec-Fetch-Mode`. */
export function rawGet(
  url: string,
  headers: OutgoingHttpHeaders,
): Promise<{ status?: number; body: string }> {
  return new Promise((resolve, reject) => {
    get(url, { headers }, (response) => {
      const { statusCode } = response;
      text(response).then(
        (body) => resolve({ ...(statusCode !== undefined && { status: statusCode }), body }),
        reject,
      );
    }).on('error', reject);
  });
}
