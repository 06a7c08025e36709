import { createServer, type IncomingHttpHeaders } from 'node:http';
import { close, listen } from '../loopback-server.ts';
import {
  commitFault,
  createFaults,
  type FaultAnswer,
  type Faults,
  redirectTarget,
  sendAnswer,
} from '../stand-in/faults.ts';
import { createRequestLog, logged, type RequestLog } from '../stand-in/request-log.ts';

export type Question = {
  method: string;
  url: URL;
  headers: IncomingHttpHeaders;
  body: string;
  /** The parameters of a form body. */
  form: URLSearchParams;
};

/** A body that is no text is sent as JSON. */
export type Answer = FaultAnswer;

export type Route<Where extends string> = {
  /** What tests call it: in faults and in the log. */
  name: Where;
  path: string | RegExp;
  answer: (question: Question) => Answer;
};

export type Served<Where extends string> = {
  origin: string;
  requests: RequestLog<Where>;
  fail: Faults<Where>['fail'];
  recover: Faults<Where>['recover'];
  /** Ends every connection; from now on each is refused, whatever the endpoint. */
  stopListening: () => Promise<void>;
  /** On the same port. */
  listenAgain: () => Promise<void>;
  [Symbol.asyncDispose]: () => Promise<void>;
};

/** Serves an upstream stand-in's routes on loopback: each request is logged, then fails or is answered. */
export const serveRoutes = async <Where extends string>(
  routes: readonly Route<Where>[],
): Promise<Served<Where>> => {
  const server = createServer();
  const { port } = await listen(server);
  const origin = `http://localhost:${port}`;
  const routeAt = (pathname: string) =>
    routes.find(({ path }) => (typeof path === 'string' ? path === pathname : path.test(pathname)));
  const faults = createFaults<Where>();
  const requests = createRequestLog<Where>({ at: (pathname) => routeAt(pathname)?.name }, origin);

  server.on('request', async (request, response) => {
    try {
      const url = new URL(request.url ?? '/', origin);
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
      requests.push(logged(request, url, body));
      const route = routeAt(url.pathname);
      const fault = route && faults.take(route.name);
      if (fault) return commitFault(fault, route.name, request, response);
      if (url.pathname === redirectTarget) return sendAnswer(response, { status: 200, body: {} });
      if (!route) return sendAnswer(response, { status: 404, body: { message: 'Not Found' } });
      const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
      const { method = 'GET', headers } = request;
      const form = new URLSearchParams(isForm ? body : '');
      sendAnswer(response, route.answer({ method, url, headers, body, form }));
    } catch {
      response.destroy();
    }
  });

  return {
    origin,
    requests,
    fail: faults.fail,
    recover: faults.recover,
    stopListening: () => close(server),
    listenAgain: async () => {
      await listen(server, port);
    },
    [Symbol.asyncDispose]: () => close(server),
  };
};
