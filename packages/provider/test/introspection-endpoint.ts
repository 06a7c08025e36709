import { createServer, type IncomingHttpHeaders } from 'node:http';
import { serveOnLoopback } from '@mcp-whoami/testkit';

/** A request to the endpoint, which is answered when the test says so. */
export interface Question {
  headers: IncomingHttpHeaders;
  form: Readonly<Record<string, string>>;
  answer: (body: object) => void;
}

/** An introspection endpoint on loopback whose answers the test holds back. */
export const startIntrospectionEndpoint = async (onQuestion: (question: Question) => void) => {
  const server = createServer(async (request, response) => {
    const body = (await request.toArray()).join('');
    onQuestion({
      headers: request.headers,
      form: Object.fromEntries(new URLSearchParams(body)),
      answer: (answer) =>
        void response.setHeader('content-type', 'application/json').end(JSON.stringify(answer)),
    });
  });
  const { port, ...running } = await serveOnLoopback(server);
  return { ...running, url: `http://127.0.0.1:${port}/introspect` };
};
