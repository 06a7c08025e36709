import type { IncomingMessage } from 'node:http';
import type { Endpoint } from './endpoints.ts';

export type LoggedRequest = {
  method: string;
  path: string;
  query: Record<string, string>;
  /** The parameters of a form body. */
  form: Record<string, string>;
  body: string;
  /** The scheme alone: tests assert how a client proves itself, not with what. */
  authorization: string | undefined;
  headers: NodeJS.Dict<string | string[]>;
};

export type RequestLog<Where extends string = Endpoint> = LoggedRequest[] & {
  /** How often an endpoint, or a path or URL, was asked. */
  count: (where: Where | (string & {})) => number;
  clear: () => void;
};

export const createRequestLog = <Where extends string = Endpoint>(
  endpoints: { at: (pathname: string) => Where | undefined },
  origin: string,
): RequestLog<Where> => {
  const entries: LoggedRequest[] = [];
  return Object.assign(entries, {
    count: (where: string) =>
      entries.filter(({ path }) => endpoints.at(path) === where || path === new URL(where, origin).pathname)
        .length,
    clear: () => void entries.splice(0),
  });
};

export const logged = (request: IncomingMessage, url: URL, body: string): LoggedRequest => {
  const { authorization, cookie: _cookie, ...headers } = request.headers;
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    form: isForm ? Object.fromEntries(new URLSearchParams(body)) : {},
    body,
    authorization: authorization?.split(' ')[0],
    headers,
  };
};
