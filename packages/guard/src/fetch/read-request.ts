import type { IncomingMessage } from 'node:http';
import type { EnteringRequest } from '../core/entering-request.ts';
import { readFormBody } from '../core/form-body.ts';
import { joinedHeader, type RequestHead } from '../core/header-lines.ts';

export interface ReadingOptions {
  /**
   * How many reverse proxies stand before the server: as many addresses at the end of `X-Forwarded-For`, and names at
   * the end of `X-Forwarded-Host`, are believed; 0 unless told.
   */
  trustedProxies?: number;
  /**
   * The address of whoever sent a request, which the web standards do not know: the peer of the connection, or what
   * the platform says (`CF-Connecting-IP`). Without it, and without trusted proxies, all callers share one bound on
   * bad tokens.
   */
  addressOf?(request: Request): string | undefined;
}

/** A request as the guard looks at it. */
export interface ReadRequest extends EnteringRequest {
  requestId: string;
  /** The caller's, where it is known. */
  address: string | undefined;
}

/** Makes the function that reads requests, those of the web standards and those of Node. */
export function createRequestReader(
  { trustedProxies = 0, addressOf }: ReadingOptions,
  withoutPublicPath: (target: string) => string,
): (request: Request | IncomingMessage) => ReadRequest {
  return (request) => {
    const head = isOfNode(request) ? request : headOf(request);
    const { url = '', rawHeaders } = head;
    const peer = isOfNode(request) ? request.socket.remoteAddress : addressOf?.(request);
    const forwardedFor = joinedHeader(head, 'x-forwarded-for')?.split(',') ?? [];
    const trustedHops = Math.min(trustedProxies, Math.max(1, forwardedFor.length));
    return {
      method: request.method ?? 'GET',
      url,
      rawHeaders,
      path: withoutPublicPath(pathnameOf(url)),
      requestId: crypto.randomUUID(),
      address: (trustedHops === 0 ? undefined : forwardedFor.at(-trustedHops)?.trim()) ?? peer,
      trustedHops: () => trustedHops,
      readForm: (maxBytes) => readFormBody(isOfNode(request) ? request : (request.body ?? []), maxBytes),
    };
  };
}

function isOfNode(request: Request | IncomingMessage): request is IncomingMessage {
  return 'rawHeaders' in request;
}

/** Some frameworks leave the Host out, which is then only in the URL. */
function headOf({ url, headers }: Request): RequestHead {
  const { host, pathname, search } = new URL(url);
  const rawHeaders = [...headers].flat();
  return {
    url: pathname + search,
    rawHeaders: headers.has('host') ? rawHeaders : ['host', host, ...rawHeaders],
  };
}

/** The path in a request target, which may have scheme and host before it (RFC 9112 §3.2.2). */
function pathnameOf(target: string): string {
  const [, pathname = ''] = /^(?:https?:\/\/[^/?#]*)?([^?#]*)/i.exec(target) ?? [];
  return pathname || '/';
}
