import { createServer } from 'node:http';
import { serveOnLoopback } from '@mcp-whoami/testkit';

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
  });
  const { port, ...running } = await serveOnLoopback(server);
  const origin = `http://127.0.0.1:${port}`;
  answers = answersOf(origin);
  // The paths that were asked, in order.
  return { ...running, origin, paths };
};
