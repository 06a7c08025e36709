/** The head of a request as it came, of which Node's `IncomingMessage` is one. */
export interface RequestHead {
  /** The request target (RFC 9112 §3.2). */
  url?: string | undefined;
  /** Names and values of the header lines by turns: what parsed headers join, or keep the first of, is all there. */
  rawHeaders: readonly string[];
}

/**
 * The values of a header's lines, in their order.
 *
 * @param name in lower case.
 */
export function headerValues({ rawHeaders }: Pick<RequestHead, 'rawHeaders'>, name: string): string[] {
  const values: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const found = rawHeaders[index];
    if (found?.length !== name.length || found.toLowerCase() !== name) continue;
    values.push(rawHeaders[index + 1] ?? '');
  }
  return values;
}

/**
 * What the lines of a header say as one list (RFC 9110 §5.3); nothing where there is no such line.
 *
 * @param name in lower case.
 */
export function joinedHeader(request: Pick<RequestHead, 'rawHeaders'>, name: string): string | undefined {
  const values = headerValues(request, name);
  return values.length === 0 ? undefined : values.join(', ');
}
