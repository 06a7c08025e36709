import { once } from 'node:events';
import { createServer } from 'node:http';

/** An answer: a document, or a status with headers. */
export type PathAnswer = object | { status: number; headers: Record<string, string> };

/** A server on a free port that answers by path, made of its own origin; 404 elsewhere. */
export const startHttpAnswers = async (answersOf: (origin: string) => Record<string, PathAnswer>) => {
  const paths: string[] = [];
  let answers: Record<string, PathAnswer> = {};
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    paths.push(path);
    const answer = answers[path] ?? { status: 404, headers: {} };
    if ('status' in answer && 'headers' in answer) {
      response.writeHead(Number(answer.status), Object(answer.headers)).end();
    } else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  answers = answersOf(origin);
  return {
    origin,
    /** The paths that were asked, in order. */
    paths,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
