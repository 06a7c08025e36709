import type { IncomingMessage } from 'node:http';
import { z } from 'zod';

/** What a form of a page with a few buttons may have. */
const MAX_FORM_BYTES = 1_024;

/**
 * Reads a form (`application/x-www-form-urlencoded`).
 *
 * @param maxBytes of the body; what comes after it is not read, and the connection should be closed
 * @returns its fields, or nothing when it is larger
 *
 * @example
 * const form = await readForm(ctx.req);
 * if (!form) ctx.throw(413);
 */
export async function readForm(
  request: IncomingMessage,
  maxBytes = MAX_FORM_BYTES,
): Promise<URLSearchParams | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const buffer = z.instanceof(Buffer).parse(chunk);
    bytes += buffer.length;
    if (bytes > maxBytes) return undefined;
    chunks.push(buffer);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

/**
 * Whether a form was posted by a page of this server (Fetch Metadata, and `Origin`: RFC 6454 §7). A cookie does not
 * say so: another port of one host is the same site, and gets even `SameSite=Strict` cookies sent along. Programs send
 * neither header, and have nobody's cookies.
 *
 * @param origin the server's own public origin, `https://mcp.example.com`: behind a proxy `Host` need not be it
 *
 * @example
 * if (!isPostedByOwnPage(ctx.req, new URL(publicUrl).origin)) ctx.throw(403);
 */
export function isPostedByOwnPage(request: IncomingMessage, origin: string): boolean {
  const { origin: sender = origin, 'sec-fetch-site': site = 'same-origin' } = request.headers;
  return site === 'same-origin' && sender === origin;
}
