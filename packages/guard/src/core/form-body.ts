/** Reads the form that a request carries; nothing where it is larger than that many bytes. */
export type ReadForm = (maxBytes: number) => Promise<URLSearchParams | undefined>;

/**
 * Reads a body of the type `application/x-www-form-urlencoded`. What is beyond the bound is read but not kept, as the
 * answer would not arrive otherwise: for how long, the timeouts of the HTTP server say.
 *
 * @returns nothing where the body has more bytes than that.
 */
export async function readFormBody(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  maxBytes: number,
): Promise<URLSearchParams | undefined> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size <= maxBytes) text += decoder.decode(chunk, { stream: true });
  }
  return size > maxBytes ? undefined : new URLSearchParams(text + decoder.decode());
}
